/**
 * Batches of what the native side writes while it captures on Windows -> events, in their order.
 *
 * Two sources tell of each start of a process, the kernel logger (command line, user) and
 * Microsoft-Windows-Kernel-Process (path, integrity), one right behind the other. The first waits for
 * the second, but for nothing else: a record about the same process, or a little time, ends that.
 */
import type { Event } from "../event.ts";
import { Accounts } from "./accounts.ts";
import { BoundedMap } from "./bounded_map.ts";
import { completed, joined, type LiveLine, type ProcessFacts } from "./live_lines.ts";
import type { HostNames } from "./processes.ts";
import { TraceDecoder } from "./trace_decoder.ts";
import { numberField, type TraceRecord } from "./trace_record.ts";
import { Volumes } from "./volumes.ts";

/** How long the first half of a start waits, in milliseconds. */
const HALF_MS = 500;
const MAX_FACTS = 4096;
/** FileDelete and FileDeleteDetected. */
const DELETED = 23;
const DELETE_DETECTED = 26;

/** What was decoded. */
export interface LiveCounters {
  readonly records: number;
  /** Lines that are none of the native side's. */
  readonly unknown: number;
  /** Processes that ran before. */
  readonly running: number;
  /** Events 15 and perhaps 29 that are missing: too many new files were open. */
  readonly forgotten: number;
}

/** The first half of a start. */
interface Half {
  readonly record: TraceRecord;
  /** By the clock of `now`. */
  readonly until: number;
}

/** Decodes what was drained into one buffer. */
export class LiveDecoder {
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #now: () => number;
  readonly #text = new TextDecoder();
  readonly #host = { accounts: new Accounts(), volumes: new Volumes(), machine: 0 };
  readonly #decoder = new TraceDecoder(false, this.#host satisfies HostNames);
  readonly #facts = new BoundedMap<number, ProcessFacts>(MAX_FACTS);
  readonly #halves = new Map<number, Half>();
  readonly #counters = { records: 0, unknown: 0, running: 0 };

  /** `now`: milliseconds of any clock that only goes forward. */
  constructor(buffer: Uint8Array<ArrayBuffer>, now: () => number = () => performance.now()) {
    this.#buffer = buffer;
    this.#now = now;
  }

  /** Events for which this is false are not even built; a deletion wanted as 26 is built as 23 (config-semantics N8). */
  set wanted(wanted: (id: number) => boolean) {
    this.#decoder.wanted = (id) => wanted(id) || id === DELETED && wanted(DELETE_DETECTED);
  }

  get counters(): LiveCounters {
    return { ...this.#counters, forgotten: this.#decoder.forgotten };
  }

  /** Appends the events of the first `length` bytes, which are whole lines. */
  decode(length: number, events: Event[]): void {
    const lines = this.#text.decode(this.#buffer.subarray(0, length)).split("\n");
    lines.pop();
    for (const line of lines) this.#take(this.#parse(line), events);
    this.release(events);
  }

  /** Appends events that waited long enough for more about them; with `all`, those that still wait. */
  release(events: Event[], all = false): void {
    if (this.#halves.size === 0) return;
    const now = this.#now();
    for (const [pid, { until }] of this.#halves) {
      if (all || now >= until) this.#releaseOne(pid, events);
    }
  }

  #parse(line: string): LiveLine | undefined {
    try {
      const parsed = JSON.parse(line);
      if (typeof parsed === "object" && parsed !== null) return parsed;
      this.#counters.unknown++;
      return undefined;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#counters.unknown++;
      return undefined;
    }
  }

  #take(line: LiveLine | undefined, events: Event[]): void {
    if (line === undefined) return;
    if ("event" in line) {
      this.#counters.records++;
      this.#record(line, events);
    } else if ("process" in line) {
      this.#facts.set(line.process.pid, line.process);
    } else if ("account" in line) {
      this.#host.accounts.learn(line.account.sid, line.account.name);
    } else if ("volumes" in line) {
      this.#host.volumes.replace(line.volumes);
    } else if ("host" in line) {
      this.#host.machine = machineOf(line.host.machine);
    } else {
      this.#counters.unknown++;
    }
  }

  #record(record: TraceRecord, events: Event[]): void {
    const pid = numberField(record, "pid");
    if (record.event === "ProcessStart" && pid !== undefined) {
      const half = this.#halves.get(pid);
      if (half === undefined) {
        this.#halves.set(pid, { record, until: this.#now() + HALF_MS });
      } else {
        this.#halves.delete(pid);
        this.#start(joined(half.record, record), events);
      }
      return;
    }
    if (this.#halves.size > 0) {
      for (const about of [record.pid, pid, numberField(record, "target")]) {
        if (about !== undefined) this.#releaseOne(about, events);
      }
    }
    if (record.event === "ProcessRunningAtStart" && pid !== undefined) {
      this.#counters.running++;
      this.#decode(this.#completed(record, pid), events);
    } else {
      this.#decode(record, events);
    }
  }

  #releaseOne(pid: number, events: Event[]): void {
    const half = this.#halves.get(pid);
    if (half === undefined) return;
    this.#halves.delete(pid);
    this.#start(half.record, events);
  }

  #start(record: TraceRecord, events: Event[]): void {
    this.#decode(this.#completed(record, numberField(record, "pid")!), events);
  }

  #completed(record: TraceRecord, pid: number): TraceRecord {
    const whole = completed(record, this.#facts.get(pid));
    this.#facts.delete(pid);
    return whole;
  }

  #decode(record: TraceRecord, events: Event[]): void {
    const event = this.#decoder.decode(record);
    if (event !== undefined) events.push(event);
  }
}

/** Last part of the machine's SID (config-semantics T5). */
function machineOf(sid: string): number {
  const part = Number(/^S-1-5-21-(?:\d+-)*(\d+)$/.exec(sid)?.[1] ?? 0);
  return part <= 0xffffffff ? part : 0;
}
