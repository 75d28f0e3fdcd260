/** `monomi status`: how the running sensor is doing. */
import { AnswerError, ask, controlSocket, NotRunningError } from "../control/mod.ts";
import { jsonText } from "../output/json.ts";
import type { Native } from "../sources/native.ts";
import type { Command } from "./command.ts";
import { plan } from "./plan.ts";
import { describeStatus, type RunningStatus } from "./status_text.ts";
import { Exit, Failure, readArguments } from "./usage.ts";

async function show(args: string[], load: () => Native): Promise<number> {
  const { values } = readArguments({
    args,
    options: {
      control: { type: "string" },
      hooks: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  let status: RunningStatus;
  try {
    status = await statusOf(values.control ?? controlSocket());
  } catch (error) {
    const wantsPlan = values.hooks && values.control === undefined;
    if (!wantsPlan || !(error instanceof NotRunning)) throw error;
    console.error("monomi: not running; this is what would be attached");
    return await plan.run(args, load);
  }
  console.log(values.json ? jsonText(status) : describeStatus(status, values.hooks ?? false));
  return Exit.OK;
}

async function statusOf(path: string): Promise<RunningStatus> {
  try {
    for await (const line of ask(path, { request: "status" })) {
      const { status } = JSON.parse(line);
      if (typeof status?.resources === "object") return status;
      throw new AnswerError(`what listens at ${path} gives no status`);
    }
  } catch (error) {
    throw failureOf(error);
  }
  throw new Failure("the sensor ended without an answer", Exit.COULD_NOT_RUN);
}

/** There is no sensor to be asked. */
class NotRunning extends Failure {
  override readonly name = "NotRunning";
  constructor(why: string) {
    super(
      `not running: ${why}; a sensor started by hand is asked with --control PATH`,
      Exit.NO,
    );
  }
}

/** What a command says when the sensor cannot be asked. */
export function failureOf(error: unknown): unknown {
  if (error instanceof NotRunningError) return new NotRunning(error.message);
  if (error instanceof AnswerError) return new Failure(error.message, Exit.COULD_NOT_RUN);
  return error;
}

/** The command. */
export const status: Command = {
  name: "status",
  group: "capture",
  summary: "how the running sensor is doing",
  help: `usage: monomi status [--hooks] [--json] [--control PATH]

Asks the running sensor since when it runs, by which configuration, what it captured, filtered,
wrote and lost of each kind of event, what became of it in each sink, and what it used. Needs root;
returns 1 when no sensor runs.

  --hooks         list the kernel hooks, by program; when no sensor runs, those that it would
                  attach, as monomi plan --hooks, and 0 is returned
  --json          all of it as data
  --control PATH  the sensor's socket (/run/NAME/control.sock)`,
  run: show,
};
