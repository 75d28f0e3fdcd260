/**
 * The sinks of a command: its `--sink` options, or standard output.
 */
import {
  openSinks,
  parseSink,
  type SinkOptions,
  type SinkSet,
  SinkSyntaxError,
} from "../sinks/mod.ts";
import { Exit, UsageError } from "./usage.ts";

/** An output cannot be opened. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  readonly exitCode = Exit.COULD_NOT_RUN;
}

/**
 * Opens what `--sink` names; without any, lines for people on a terminal and JSON lines elsewhere.
 *
 * @throws {UsageError} {@link OutputError}
 */
export function openOutputs(texts: readonly string[], options: SinkOptions): SinkSet {
  const wanted = texts.length > 0 ? texts : [Deno.stdout.isTerminal() ? "pretty:-" : "json:-"];
  try {
    return openSinks(wanted.map(parseSink), {
      ...options,
      onProblem: (message) => console.error(`monomi: ${message}`),
    });
  } catch (error) {
    if (error instanceof SinkSyntaxError) throw new UsageError(error.message);
    throw new OutputError(`cannot open the output: ${(error as Error).message}`);
  }
}
