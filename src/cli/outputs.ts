/**
 * The sinks of a command: its `--sink` options, or standard output.
 */
import { dirname, resolve } from "node:path";
import { escapeUnprintable } from "../config/mod.ts";
import {
  eventLogKind,
  fileKind,
  type FilePlace,
  needsLocalSockets,
  type OpenSinks,
  openSinks,
  parseSink,
  type SinkOptions,
  type SinkSpec,
  SinkSyntaxError,
} from "../sinks/mod.ts";
import { DurableRecordIds, type RecordIds } from "../sensor/record_ids.ts";
import type { Native } from "../sources/native.ts";
import { eventProvider } from "../schema/mod.ts";
import { identity } from "../service/identity.ts";
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
 * Reads `--sink` options; without any, lines for people on a terminal and JSON lines elsewhere.
 *
 * @throws {UsageError}
 */
export function readSinks(texts: readonly string[] = []): SinkSpec[] {
  try {
    return (texts.length > 0 ? texts : [defaultSink()]).map(parseSink);
  } catch (error) {
    if (error instanceof SinkSyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * Opens sinks. The native library is asked for only when one needs it.
 *
 * @throws {UsageError} {@link OutputError} {@link NativeError}
 */
export function openOutputs(
  specs: readonly SinkSpec[],
  options: Omit<SinkOptions, "sockets" | "eventLog" | "onProblem">,
  native: () => Native,
): OpenSinks {
  if (options.stateDirectory !== undefined) refuseOutOfReach(`${options.stateDirectory}/spool`);
  for (const { place } of specs) {
    if (place.kind === fileKind.kind) refuseOutOfReach((place as FilePlace).path);
  }
  const needsSockets = specs.some(({ place }) => needsLocalSockets(place));
  const sockets = needsSockets ? native().sockets : undefined;
  const hasEventLog = specs.some(({ place }) => place.kind === eventLogKind.kind);
  const eventLog = hasEventLog
    ? { calls: native().eventLog, provider: eventProvider(identity().name) }
    : undefined;
  try {
    return openSinks(specs, {
      ...options,
      sockets,
      eventLog,
      onProblem: (message) => console.error(`monomi: ${escapeUnprintable(message)}`),
    });
  } catch (error) {
    if (error instanceof SinkSyntaxError) throw new UsageError(error.message);
    throw new OutputError(`cannot open the output: ${(error as Error).message}`);
  }
}

/** Numbers of events that go on after a restart. @throws {OutputError} */
export function openRecordIds(stateDirectory: string): RecordIds {
  try {
    return new DurableRecordIds(stateDirectory, (message) => console.error(`monomi: ${message}`));
  } catch (error) {
    throw new OutputError(`cannot use the state directory: ${(error as Error).message}`);
  }
}

function defaultSink(): string {
  return Deno.stdout.isTerminal() ? "pretty:-" : "json:-";
}

/** A file that could be opened now but not again, when it is rotated or moved away. */
function refuseOutOfReach(path: string): void {
  if (!isOutOfReach(withoutLinks(resolve(path)))) return;
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
