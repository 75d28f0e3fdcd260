/** Running test programs and counting what they say. */

import { type Tally, withOutcome } from "./tally.ts";
import { spawn } from "./task.ts";

/** A test program and how its output is counted. */
export interface TestRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly tallyOf: (output: string) => Tally;
  /** Variables set besides the inherited ones. */
  readonly env?: Record<string, string>;
  /** Shows the output at the end: something else is shown meanwhile. */
  readonly isHeldBack?: boolean;
}

/** Runs a test program, shows its output, and counts what it says. */
export async function runTests(run: TestRun): Promise<Tally> {
  const child = spawn(run.program, run.args, {
    cwd: run.cwd,
    env: { NO_COLOR: "1", CARGO_TERM_COLOR: "never", ...run.env },
    stdin: "null",
    stdout: "piped",
  });
  const show = (text: string) =>
    new Blob([text]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (!run.isHeldBack) await show(text);
  }
  if (run.isHeldBack) await show(output);
  return withOutcome(run.tallyOf(output), (await child.status).code);
}
