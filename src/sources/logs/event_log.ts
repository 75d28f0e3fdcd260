/** A log of recorded events, whatever it is written in. */
import { escapeUnprintable } from "../../config/diagnostics.ts";
import { EventBuilder } from "./event_builder.ts";
import { type ChunkReader, EVTX_MAGIC, readEvtx } from "./evtx.ts";
import { Input } from "./input.ts";
import type { LoggedEvent, LogProblem } from "./logged_event.ts";
import type { RawResult } from "./raw_record.ts";
import { readTextLog } from "./text_log.ts";

/** What reading a log may need. */
export interface LogOptions {
  /** Opens the native library, which reads EVTX; called only for a log that is one. */
  readonly native?: () => ChunkReader;
}

/** A log that cannot be read at all. */
export class EventLogError extends Error {
  override readonly name = "EventLogError";
}

interface PlacedResult {
  readonly place: LoggedEvent["place"];
  readonly result: RawResult;
}

/** An open log; iterating reads it once, in its own order, and closes it. */
export class EventLog implements AsyncIterable<LoggedEvent | LogProblem> {
  readonly file: string;
  readonly #input: Input;
  readonly #records: AsyncIterable<PlacedResult>;
  #skipped = 0;

  /** @internal */
  constructor(file: string, input: Input, records: AsyncIterable<PlacedResult>) {
    this.file = file;
    this.#input = input;
    this.#records = records;
  }

  /** How many records so far are no events of Sysmon: other providers', or unknown ids. */
  get skipped(): number {
    return this.#skipped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LoggedEvent | LogProblem> {
    const { file } = this;
    const builder = new EventBuilder();
    try {
      for await (const { place, result } of this.#records) {
        if ("problem" in result) {
          yield { file, place, message: escapeUnprintable(result.problem) };
          continue;
        }
        const built = builder.build(result);
        if (built === undefined) {
          this.#skipped++;
          continue;
        }
        for (const message of built.unknown) yield { file, place, message };
        yield { event: built.event, file, place };
      }
    } finally {
      this.close();
    }
  }

  /** Closes the file; for a log that is not read to its end. */
  close(): void {
    this.#input.close();
  }
}

/** Whether it is an event, not a problem. */
export function isEvent(item: LoggedEvent | LogProblem): item is LoggedEvent {
  return "event" in item;
}

/**
 * Opens a log and recognises it by its content: EVTX, or text (UTF-8, UTF-16) with JSON (objects one
 * a line, over several, or in an array) or XML (Windows' or Sysmon for Linux's, in a document, one a
 * line, or behind syslog's prefixes). `-` is standard input. The native library is opened here, so
 * permissions can be given up before the log is iterated.
 *
 * @throws {EventLogError} for EVTX without `native`; what opening throws (`Deno.errors`)
 */
export async function readEventLog(path: string, options: LogOptions = {}): Promise<EventLog> {
  const file = path === "-" ? "<stdin>" : path;
  return await recognise(file, await Input.open(path), options);
}

/** The events in `text`, named `file` in places. */
export async function readEventText(text: string, file: string): Promise<EventLog> {
  return await recognise(file, Input.of(new TextEncoder().encode(text)), {});
}

async function recognise(file: string, input: Input, options: LogOptions): Promise<EventLog> {
  try {
    const start = await input.peek(EVTX_MAGIC.length);
    const isEvtx = new TextDecoder().decode(start) === EVTX_MAGIC;
    if (!isEvtx) return new EventLog(file, input, readTextLog(input));
    if (options.native === undefined) {
      throw new EventLogError("Windows event logs (EVTX) cannot be read here");
    }
    return new EventLog(file, input, readEvtx(input, options.native()));
  } catch (error) {
    input.close();
    throw error;
  }
}
