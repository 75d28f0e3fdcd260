/**
 * The sinks of a command: its `--sink` options, or standard output.
 */
import { dirname, resolve } from "node:path";
import {
  NULL_DEVICE,
  openSinks,
  parseSink,
  type SinkOptions,
  type SinkSet,
  type SinkSpec,
  SinkSyntaxError,
} from "../sinks/mod.ts";
import type { Native } from "../sources/native.ts";
import { isOutOfReach } from "./permissions.ts";
import { Exit, Failure, UsageError } from "./usage.ts";

/** An output cannot be opened. */
export class OutputError extends Failure {
  override readonly name = "OutputError";
  constructor(message: string) {
    super(message, Exit.COULD_NOT_RUN);
  }
}

/**
 * Opens what `--sink` names; without any, lines for people on a terminal and JSON lines elsewhere.
 * The native library is asked for only when a sink needs it.
 *
 * @throws {UsageError} {@link OutputError} {@link NativeError}
 */
export function openOutputs(
  texts: readonly string[],
  options: Omit<SinkOptions, "sockets" | "onProblem">,
  native: () => Native,
): SinkSet {
  const specs = parse(texts.length > 0 ? texts : [defaultSink()]);
  for (const { place } of specs) if (place.kind === "file") refuseOutOfReach(place.path);
  const needsSockets = specs.some(({ place }) => place.kind === "syslog");
  const sockets = needsSockets ? native().sockets : undefined;
  try {
    return openSinks(specs, {
      ...options,
      sockets,
      onProblem: (message) => console.error(`monomi: ${message}`),
    });
  } catch (error) {
    if (error instanceof SinkSyntaxError) throw new UsageError(error.message);
    throw new OutputError(`cannot open the output: ${(error as Error).message}`);
  }
}

function defaultSink(): string {
  return Deno.stdout.isTerminal() ? "pretty:-" : "json:-";
}

function parse(texts: readonly string[]): SinkSpec[] {
  try {
    return texts.map(parseSink);
  } catch (error) {
    if (error instanceof SinkSyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

/** A file that could be opened now but not again, when it is rotated or moved away. */
function refuseOutOfReach(path: string): void {
  if (path === NULL_DEVICE || !isOutOfReach(withoutLinks(resolve(path)))) return;
  throw new OutputError(
    `${path} is under /dev, /proc or /sys, which the running program cannot reach; ` +
      "name a file elsewhere, or - for standard output",
  );
}

function withoutLinks(path: string): string {
  try {
    return `${Deno.realPathSync(dirname(path))}/`;
  } catch {
    // What is wrong with the path, opening it tells.
    return path;
  }
}
