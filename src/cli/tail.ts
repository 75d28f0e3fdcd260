/** `monomi tail`: events as they come, or out of a log, for people. */
import {
  ask,
  byConditions,
  byFamily,
  byKinds,
  controlSocket,
  type EventTest,
  passingAll,
  readLines,
  RequestError,
} from "../control/mod.ts";
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Event } from "../events/event.ts";
import { wantsColor } from "../output/color.ts";
import { jsonRenderer, prettyRenderer } from "../sinks/mod.ts";
import { EventBuilder } from "../sources/logs/event_builder.ts";
import { isEvent, readEventLog } from "../sources/logs/mod.ts";
import { readLine } from "../sources/logs/line.ts";
import type { Native } from "../sources/native.ts";
import { readFailure } from "./configuration.ts";
import type { Command } from "./command.ts";
import { writeToStdout } from "./standard_output.ts";
import { failureOf } from "./status.ts";
import { Exit, Failure, readArguments, UsageError } from "./usage.ts";

/** A line of a log; events have at most some hundred KiB. */
const LONGEST_LINE = 4 * 1024 * 1024;

interface TailOptions {
  readonly filters: readonly string[];
  readonly events: readonly string[];
  readonly tree: number | undefined;
  readonly since: number;
  readonly json: boolean;
}

async function tailEvents(args: string[], load: () => Native): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      filter: { type: "string", multiple: true, short: "f" },
      event: { type: "string", multiple: true, short: "e" },
      tree: { type: "string" },
      since: { type: "string" },
      json: { type: "boolean" },
      color: { type: "boolean" },
      control: { type: "string" },
    },
  });
  const options: TailOptions = {
    filters: values.filter ?? [],
    events: (values.event ?? []).flatMap((text) => text.split(",")),
    tree: values.tree === undefined ? undefined : wholeNumber("--tree", values.tree),
    since: values.since === undefined ? 0 : wholeNumber("--since", values.since),
    json: values.json ?? false,
  };
  const color = values.color ?? wantsColor();
  if (positionals.length > 1) throw new UsageError("one log at a time");
  const [log] = positionals;
  try {
    if (log === undefined) return await live(values.control ?? controlSocket(), options, color);
    for (const name of ["since", "control"] as const) {
      if (values[name] !== undefined) throw new UsageError(`--${name} is for a running sensor`);
    }
    const show = shower(testOf(options), options, color);
    return log === "-" ? await fromStandardInput(show) : await fromFile(log, show, load);
  } catch (error) {
    // Whoever reads no more, as head does, has what he wanted.
    if (error instanceof Deno.errors.BrokenPipe) return Exit.OK;
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${name} takes a number, not "${text}"`);
  return Number(text);
}

function testOf({ filters, events, tree }: TailOptions): EventTest {
  try {
    const tests = [byKinds(events), byConditions(filters)];
    if (tree !== undefined) tests.push(byFamily(tree));
    return passingAll(tests);
  } catch (error) {
    if (error instanceof RequestError) throw new UsageError(error.message);
    throw error;
  }
}

/** Follows the sensor until it or the reader ends. */
async function live(path: string, options: TailOptions, color: boolean): Promise<number> {
  // Here, too: what is mistyped is wrong usage even where no sensor runs.
  testOf(options);
  const { filters, events, tree, since, json } = options;
  const show = shower(() => true, options, color);
  const builder = new EventBuilder();
  let isAnswer = true;
  try {
    for await (const line of ask(path, { request: "tail", filters, events, tree, since })) {
      if (isAnswer) {
        isAnswer = false;
        console.error("monomi: watching");
        continue;
      }
      const missed = /^\{"missed":(\d+)\}$/.exec(line)?.[1];
      if (missed !== undefined) {
        console.error(`monomi: ${missed} events were missed: this reader is slower than they come`);
      } else if (json) {
        print(line);
      } else {
        const { event } = readLine(line, builder);
        if (event !== undefined) show(event);
      }
    }
  } catch (error) {
    throw failureOf(error);
  }
  console.error("monomi: the sensor has ended");
  return Exit.OK;
}

/** Standard input may be a log that grows: each line is shown when it is there. */
async function fromStandardInput(show: (event: Event) => void): Promise<number> {
  const builder = new EventBuilder();
  let damaged = 0;
  for await (const line of readLines(Deno.stdin, LONGEST_LINE)) {
    const { event, problem } = readLine(line, builder);
    if (event !== undefined) show(event);
    if (problem !== undefined) damaged++;
  }
  if (damaged > 0) console.error(`monomi: ${damaged} damaged events were left out`);
  return damaged > 0 ? Exit.NO : Exit.OK;
}

async function fromFile(
  path: string,
  show: (event: Event) => void,
  load: () => Native,
): Promise<number> {
  let damaged = 0;
  try {
    for await (const item of await readEventLog(path, { native: load })) {
      if (isEvent(item)) show(item.event);
      else damaged++;
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || error instanceof Failure) throw error;
    const reason = readFailure(error);
    throw new Failure(`cannot read ${escapeUnprintable(path)}: ${reason}`, Exit.COULD_NOT_RUN);
  }
  if (damaged > 0) console.error(`monomi: ${damaged} damaged places were left out`);
  return damaged > 0 ? Exit.NO : Exit.OK;
}

function shower(test: EventTest, { json, tree }: TailOptions, color: boolean) {
  const render = json
    ? jsonRenderer({ computer: Deno.hostname() })
    : prettyRenderer({ color, tree: tree !== undefined });
  return (event: Event): void => {
    if (test(event)) print(render(event));
  };
}

/** console.log would go on without a reader. */
function print(line: string): void {
  try {
    writeToStdout(encoder.encode(`${line}\n`));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    throw new Failure(`cannot write: ${(error as Error).message}`, Exit.COULD_NOT_RUN);
  }
}

const encoder = new TextEncoder();

/** The command. */
export const tail: Command = {
  name: "tail",
  group: "capture",
  summary: "show events as they come, or out of a log, by field, kind or process",
  help: `usage: monomi tail [OPTION]… [LOG]

Shows what the running sensor writes, as it writes it; or what is in LOG (JSON, XML, EVTX), or in
lines on standard input (-), such as journalctl's. A reader that is too slow misses events and is
told how many; the sensor does not wait. Needs root for the running sensor; returns 1 when there is
none.

  -f, --filter CONDITION  'FIELD OPERATOR VALUE' as in rules, such as 'Image contains ssh'; may be
                          given several times, and then all must hold
  -e, --event KINDS       ids, names or tags, separated by commas: 1,NetworkConnect,RegistryEvent
      --tree PID          this process and what descends from it, indented
      --since N           the last N events first, of at most 1000 that are kept
      --json              lines of JSON
      --color             colours, also where the output is no terminal
      --control PATH      the sensor's socket (/run/NAME/control.sock)`,
  run: tailEvents,
};
