/** A log of recorded events, whatever it is written in. */
import { escapeUnprintable } from "../../config/diagnostics.ts";
import { EventBuilder } from "./event_builder.ts";
import {
  isTrace,
  openCopy,
  openTrace,
  type Trace,
  TRACE_LOOK,
  type TraceReader,
  type TraceTotal,
} from "./etl.ts";
import { type ChunkReader, EVTX_MAGIC, readEvtx } from "./evtx.ts";
import { Input } from "./input.ts";
import type { LoggedEvent, LogProblem } from "./logged_event.ts";
import type { RawResult } from "./raw_record.ts";
import type { Event } from "../../events/event.ts";
import { readTextLog } from "./text_log.ts";

/** What reading a log may need. */
export interface LogOptions {
  /** Opens the native library, which reads EVTX and ETL; called only for a log that is one. */
  readonly native?: () => ChunkReader & TraceReader;
  /** Of a trace (ETL): give also what Sysmon has no event for (`events/windows`). */
  readonly everything?: boolean;
  /** Also records of Windows' own logs that tell what an event of Sysmon tells. */
  readonly windowsLogs?: boolean;
}

/** A log that cannot be read at all. */
export class EventLogError extends Error {
  override readonly name = "EventLogError";
}

interface PlacedResult {
  readonly place: LoggedEvent["place"];
  readonly result: RawResult | { readonly event: Event };
}

/** How many records of a trace are handed on together. */
const TRACE_BATCH = 512;

/** An open log; iterating reads it once, in its own order, and closes it. */
export class EventLog implements AsyncIterable<LoggedEvent | LogProblem> {
  readonly file: string;
  readonly #input: Input;
  readonly #records: AsyncIterable<PlacedResult[]> | Iterable<PlacedResult[]>;
  readonly #trace: Trace | undefined;
  readonly #windowsLogs: boolean;
  #skipped = 0;
  #total: TraceTotal | undefined;

  /** @internal */
  constructor(
    file: string,
    input: Input,
    records: AsyncIterable<PlacedResult[]> | Trace,
    windowsLogs = false,
  ) {
    this.file = file;
    this.#windowsLogs = windowsLogs;
    this.#input = input;
    this.#trace = Symbol.asyncIterator in records ? undefined : records;
    this.#records = Symbol.asyncIterator in records ? records : this.#readTrace(records);
  }

  /** Bytes read so far; of a trace, none are counted. */
  get bytesRead(): number {
    return this.#input.position;
  }

  /** What was in a trace (ETL), once it is read to its end. */
  get traceTotal(): TraceTotal | undefined {
    return this.#total;
  }

  /** How many records so far are no events of Sysmon: other providers', or unknown ids. */
  get skipped(): number {
    return this.#skipped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LoggedEvent | LogProblem> {
    for await (const items of this.batches()) yield* items;
  }

  /** The same, as many as were read together. */
  async *batches(): AsyncGenerator<(LoggedEvent | LogProblem)[]> {
    const builder = new EventBuilder(this.#windowsLogs);
    try {
      for await (const records of this.#records) {
        const items: (LoggedEvent | LogProblem)[] = [];
        for (const { place, result } of records) this.#add(place, result, builder, items);
        if (items.length > 0) yield items;
      }
    } finally {
      this.close();
    }
  }

  #add(
    place: LoggedEvent["place"],
    result: PlacedResult["result"],
    builder: EventBuilder,
    items: (LoggedEvent | LogProblem)[],
  ): void {
    const { file } = this;
    if ("problem" in result) {
      items.push({ file, place, message: escapeUnprintable(result.problem) });
      return;
    }
    if ("event" in result) {
      items.push({ event: result.event, file, place });
      return;
    }
    const built = builder.build(result);
    if (built === undefined) {
      this.#skipped++;
      return;
    }
    for (const message of built.unknown) items.push({ file, place, message });
    items.push({ event: built.event, file, place });
  }

  *#readTrace(trace: Trace): Generator<PlacedResult[]> {
    let results: PlacedResult[] = [];
    for (const item of trace.read()) {
      if ("total" in item) this.#total = item.total;
      else results.push({ place: { record: item.record }, result: item });
      if (results.length < TRACE_BATCH) continue;
      yield results;
      results = [];
    }
    yield results;
  }

  /** Closes the file; for a log that is not read to its end. */
  close(): void {
    this.#trace?.close();
    this.#input.close();
  }
}

/** Whether it is an event, not a problem. */
export function isEvent(item: LoggedEvent | LogProblem): item is LoggedEvent {
  return "event" in item;
}

/**
 * Opens a log and recognises it by its content: EVTX, a trace (ETL), or text (UTF-8, UTF-16) with JSON (objects one
 * a line, over several, or in an array) or XML (Windows' or Sysmon for Linux's, in a document, one a
 * line, or behind syslog's prefixes). `-` is standard input. The native library is opened here, so
 * permissions can be given up before the log is iterated.
 *
 * @throws {EventLogError} for EVTX and ETL without `native`; what opening throws (`Deno.errors`)
 */
export async function readEventLog(path: string, options: LogOptions = {}): Promise<EventLog> {
  const file = path === "-" ? "<stdin>" : path;
  return await recognise(file, path, await Input.open(path), options);
}

/** The events in `text`, named `file` in places. */
export async function readEventText(
  text: string,
  file: string,
  options: LogOptions = {},
): Promise<EventLog> {
  return await recognise(file, IN_MEMORY, Input.of(new TextEncoder().encode(text)), options);
}

function nativeOf(options: LogOptions): ChunkReader & TraceReader {
  if (options.native !== undefined) return options.native();
  throw new EventLogError("Windows event logs (EVTX) and traces (ETL) cannot be read here");
}

/** In place of a path. */
const IN_MEMORY = "";

async function recognise(
  file: string,
  path: string,
  input: Input,
  options: LogOptions,
): Promise<EventLog> {
  try {
    const start = await input.peek(TRACE_LOOK);
    const isEvtx = new TextDecoder().decode(start.subarray(0, EVTX_MAGIC.length)) === EVTX_MAGIC;
    if (!isTrace(start)) {
      const records = isEvtx ? readEvtx(input, nativeOf(options)) : readTextLog(input);
      return new EventLog(file, input, records, options.windowsLogs);
    }
    if (path === IN_MEMORY) throw new EventLogError("a trace (ETL) cannot be read from memory");
    const native = nativeOf(options);
    const everything = options.everything ?? false;
    const trace = path === "-"
      ? await openCopy(native, input, everything)
      : openTrace(native, path, everything);
    return new EventLog(file, input, trace);
  } catch (error) {
    input.close();
    throw error;
  }
}
