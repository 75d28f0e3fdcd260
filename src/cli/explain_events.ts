/** The events that `monomi explain` is given: a file, text on the command line, or fields. */
import { escapeUnprintable } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import {
  EventFieldError,
  eventFromFields,
  type EventLog,
  EventLogError,
  isEvent,
  type LoggedEvent,
  readEventLog,
  readEventText,
} from "../sources/logs/mod.ts";
import type { Native } from "../sources/native.ts";
import { readFailure } from "./configuration.ts";
import { describeProblem } from "./log_problems.ts";
import { PolicyError } from "./policy.ts";
import { Exit, UsageError } from "./usage.ts";

/** What the command line says of the events. */
export interface EventArguments {
  /** A path, `-`, or JSON or XML itself. */
  readonly event: string | undefined;
  readonly id: string | undefined;
  /** `Field=value`. */
  readonly pairs: readonly string[];
}

/** One event, and where it is from; nowhere for one out of fields. */
export interface GivenEvent {
  readonly event: Event;
  readonly from: Pick<LoggedEvent, "file" | "place"> | undefined;
}

const INLINE = /^\s*[{[<]/;

/**
 * Opens the events; reading is left to the caller, who may have given up permissions by then. What is
 * damaged is told on stderr.
 *
 * @throws {UsageError} for fields that do not exist
 * @throws {PolicyError} for a file that cannot be read
 */
export async function openEvents(
  { event, id, pairs }: EventArguments,
  load: () => Native,
): Promise<AsyncIterable<GivenEvent>> {
  if (event === undefined) return fromFields(id, pairs);
  if (id !== undefined || pairs.length > 0) {
    throw new UsageError("give either --event, or --id and fields");
  }
  if (INLINE.test(event)) return told(await readEventText(event, "--event"));
  try {
    return told(await readEventLog(event, { native: load }));
  } catch (error) {
    throw unreadable(event, error);
  }
}

async function* told(log: EventLog): AsyncGenerator<GivenEvent> {
  try {
    for await (const item of log) {
      if (isEvent(item)) yield { event: item.event, from: item };
      else console.error(`monomi: ${describeProblem(item)}`);
    }
  } catch (error) {
    throw unreadable(log.file, error);
  }
  if (log.skipped > 0) {
    const records = log.skipped === 1 ? "record is no event" : "records are no events";
    console.error(`monomi: ${escapeUnprintable(log.file)}: ${log.skipped} ${records} of Sysmon`);
  }
}

function unreadable(file: string, error: unknown): PolicyError {
  const reason = error instanceof EventLogError ? error.message : readFailure(error);
  return new PolicyError(`cannot read ${file}: ${reason}`, Exit.COULD_NOT_RUN);
}

function fromFields(id: string | undefined, pairs: readonly string[]): AsyncIterable<GivenEvent> {
  if (id === undefined) throw new UsageError("say which event: --event, or --id and fields");
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`"${pair}" is not of the form Field=value`);
    const name = pair.slice(0, at);
    if (fields.has(name)) throw new UsageError(`${name} is given twice`);
    fields.set(name, pair.slice(at + 1));
  }
  try {
    const event = eventFromFields(id, Object.fromEntries(fields));
    return ReadableStream.from([{ event, from: undefined }]);
  } catch (error) {
    if (!(error instanceof EventFieldError)) throw error;
    throw new UsageError(error.message);
  }
}
