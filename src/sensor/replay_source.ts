/** Recorded events in their file's order: record files and logs. */
import { Decoder } from "../events/decoder.ts";
import type { Event, Origin } from "../events/event.ts";
import {
  type EventLog,
  isEvent,
  type LoggedEvent,
  type LogProblem,
  type TraceTotal,
} from "../sources/logs/mod.ts";
import type { RecordFile } from "../sources/record_file.ts";
import type { Policy } from "./policy.ts";
import { BATCH_BYTES } from "./sensor.ts";

/** What became of one log. */
export interface LogSummary {
  readonly file: string;
  readonly events: number;
  /** Records that are no events of Sysmon. */
  readonly skipped: number;
  /** Damaged places. */
  readonly problems: number;
  /** Only for a trace (ETL). */
  readonly trace?: TraceTotal;
}

/** Events out of one file. */
export interface ReplaySource {
  /** Decides about these events. */
  readonly policy: Policy;
  /** The next events, at least one; undefined at the end. */
  next(): Promise<readonly Event[] | undefined>;
  /** Bytes read so far. */
  readonly bytesRead: number;
  close(): void;
}

/** Events of a record file. */
export class RecordSource implements ReplaySource {
  readonly policy: Policy;
  bytesRead = 0;
  readonly #file: RecordFile;
  readonly #buffer = new Uint8Array(BATCH_BYTES);
  readonly #decoder: Decoder;
  readonly #origin: Origin;

  constructor(file: RecordFile, policy: Policy) {
    this.policy = policy;
    this.#file = file;
    this.#decoder = new Decoder(file.host, this.#buffer);
    this.#decoder.wanted = (id) => policy.rules.wants(id);
    this.#origin = { computer: file.host.computer, system: "linux" };
  }

  get counters(): Decoder["counters"] {
    return this.#decoder.counters;
  }

  next(): Promise<Event[] | undefined> {
    const events: Event[] = [];
    while (events.length === 0) {
      const length = this.#file.read(this.#buffer);
      if (length === 0) return Promise.resolve(undefined);
      this.bytesRead += length;
      this.#decoder.decode(length, events);
    }
    for (const event of events) event.origin = this.#origin;
    return Promise.resolve(events);
  }

  close(): void {
    this.#file.close();
  }
}

/** Events of a log. */
export class LogSource implements ReplaySource {
  readonly policy: Policy;
  readonly #log: EventLog;
  readonly #batches: AsyncIterator<(LoggedEvent | LogProblem)[]>;
  readonly #onProblem: (problem: LogProblem) => void;
  #events = 0;
  #problems = 0;

  constructor(log: EventLog, policy: Policy, onProblem: (problem: LogProblem) => void) {
    this.policy = policy;
    this.#log = log;
    this.#batches = log.batches();
    this.#onProblem = onProblem;
  }

  get bytesRead(): number {
    return this.#log.bytesRead;
  }

  get summary(): LogSummary {
    const { file, skipped, traceTotal: trace } = this.#log;
    return { file, events: this.#events, skipped, problems: this.#problems, trace };
  }

  async next(): Promise<Event[] | undefined> {
    const events: Event[] = [];
    while (events.length === 0) {
      const { value, done } = await this.#batches.next();
      if (done) return undefined;
      for (const item of value) {
        if (isEvent(item)) {
          events.push(item.event);
        } else {
          this.#problems++;
          this.#onProblem(item);
        }
      }
    }
    this.#events += events.length;
    return events;
  }

  close(): void {
    this.#log.close();
  }
}
