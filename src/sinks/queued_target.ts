/**
 * A target that queues lines and delivers them chunk by chunk, with retries and back-pressure.
 */
import { type Chunk, LineQueue } from "./line_queue.ts";
import { ProblemReport } from "./problem_report.ts";
import { reasonOf, type Target, type TargetCounters, type TargetOptions } from "./target.ts";
import { Waiters } from "./waiters.ts";

/** What a target does with a chunk; everything else is the queue's business. */
export interface Sender {
  /** The byte that ends each line. */
  readonly separator: number;
  /** Text in front of each line, asked once per batch. */
  prefix?(): string;
  /**
   * Delivers the chunk, consuming or discarding what it is done with. Throws when it cannot go on;
   * the rest of the chunk comes again later.
   */
  send(chunk: Chunk): Promise<void>;
  /** Whether no later attempt can succeed after this error. */
  isFinal(error: unknown): boolean;
  /** Called once, never during `send`. */
  close(): void;
}

const DEFAULT_QUEUE_BYTES = 8 * 1024 * 1024;
const DEFAULT_FLUSH_MILLISECONDS = 3_000;
const FIRST_RETRY_MILLISECONDS = 100;
const LAST_RETRY_MILLISECONDS = 2_000;
const PATIENCE_MILLISECONDS = 250;

type State = "resting" | "sending" | "retrying" | "stopped";

/** Makes a target of a sender. */
export class QueuedTarget implements Target {
  readonly name: string;
  readonly counters: TargetCounters = {
    written: 0,
    dropped: 0,
    bytes: 0,
    errors: 0,
    lastError: null,
  };
  readonly broken: Promise<string>;
  readonly #sender: Sender;
  readonly #queue: LineQueue;
  readonly #report: ProblemReport;
  readonly #highWater: number;
  readonly #lowWater: number;
  readonly #lossless: boolean;
  readonly #flushMilliseconds: number;
  readonly #lowWaterReached = new Waiters();
  readonly #workEnded = new Waiters();
  readonly #retry = new Waiters();
  #state: State = "resting";
  /** The chunk being sent or sent again. */
  #current: Chunk | undefined;
  #attempting = false;
  /** A writer waited in vain for the low mark: others do not wait until it is reached. */
  #tooSlow = false;
  #ready: Promise<void> | undefined;
  #resolveBroken!: (reason: string) => void;

  constructor(name: string, sender: Sender, options: TargetOptions = {}) {
    const queueBytes = options.queueBytes ?? DEFAULT_QUEUE_BYTES;
    this.name = name;
    this.#sender = sender;
    this.#queue = new LineQueue(queueBytes, sender.separator);
    this.#report = new ProblemReport(name, this.counters, options.onProblem);
    this.#highWater = queueBytes / 2;
    this.#lowWater = queueBytes / 4;
    this.#lossless = options.lossless ?? false;
    this.#flushMilliseconds = this.#lossless
      ? Infinity
      : options.flushMilliseconds ?? DEFAULT_FLUSH_MILLISECONDS;
    this.broken = new Promise((resolve) => this.#resolveBroken = resolve);
  }

  write(lines: readonly string[], count: number): void {
    if (this.#state === "stopped") {
      this.counters.dropped += count;
      return;
    }
    const refused = this.#queue.add(lines, count, this.#sender.prefix?.() ?? "");
    if (refused > 0) {
      this.counters.dropped += refused;
      this.#report.trouble(
        this.#state === "retrying"
          ? `cannot write: ${this.counters.lastError}`
          : "events come faster than they can be delivered",
      );
    }
    if (this.#state === "resting" && refused < count) this.#deliver();
  }

  ready(): Promise<void> | undefined {
    if (this.#queue.bytes < this.#highWater || this.#state === "stopped") return undefined;
    if (!this.#lossless && (this.#tooSlow || this.#state === "retrying")) return undefined;
    return this.#ready ??= this.#untilLowWater();
  }

  async flush(): Promise<void> {
    if (this.#state === "resting" || this.#state === "stopped") return;
    this.#retry.release();
    await this.#workEnded.wait(this.#flushMilliseconds);
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#state !== "stopped") this.#stop();
    this.#report.closed();
  }

  async #deliver(): Promise<void> {
    let retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    while ((this.#current ??= this.#queue.take()) !== undefined) {
      this.#state = "sending";
      const problem = await this.#attempt(this.#current);
      if (this.#hasStopped()) return this.#sender.close();
      if (problem === undefined) {
        this.#queue.recycle(this.#current);
        this.#current = undefined;
        retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      } else if (this.#sender.isFinal(problem)) {
        this.#stop();
        this.#resolveBroken(reasonOf(problem));
        return;
      } else {
        this.#state = "retrying";
        if (!this.#lossless) this.#releaseAll();
        await this.#retry.wait(retryMilliseconds);
        if (this.#hasStopped()) return;
        retryMilliseconds = Math.min(2 * retryMilliseconds, LAST_RETRY_MILLISECONDS);
      }
    }
    this.#state = "resting";
    this.#releaseAll();
  }

  /** Sends what is left of a chunk once; gives the error, if one came. */
  async #attempt(chunk: Chunk): Promise<unknown> {
    const before = { start: chunk.start, lines: chunk.lines };
    chunk.clearDiscarded();
    let problem: unknown;
    this.#attempting = true;
    try {
      await this.#sender.send(chunk);
    } catch (error) {
      problem = error ?? new Error("unknown error");
    }
    this.#attempting = false;
    if (this.#hasStopped()) return undefined;

    const { counters } = this;
    const bytes = chunk.start - before.start;
    counters.bytes += bytes - chunk.discardedBytes;
    counters.dropped += chunk.discarded;
    counters.written += before.lines - chunk.lines - chunk.discarded;
    if (chunk.discarded > 0) this.#report.trouble(chunk.discardReason);
    if (problem !== undefined) {
      counters.errors++;
      counters.lastError = reasonOf(problem);
      this.#report.trouble(`cannot write: ${counters.lastError}`);
    }
    this.#queue.settle(bytes);
    if (this.#queue.bytes <= this.#lowWater) {
      this.#tooSlow = false;
      this.#lowWaterReached.release();
      if (problem === undefined) this.#report.well();
    }
    return problem;
  }

  /** Waits, a little or as long as it takes, for the queue to empty to the low mark. */
  async #untilLowWater(): Promise<void> {
    await this.#lowWaterReached.wait(this.#lossless ? Infinity : PATIENCE_MILLISECONDS);
    this.#tooSlow = this.#queue.bytes > this.#lowWater;
    this.#ready = undefined;
  }

  #hasStopped(): boolean {
    return this.#state === "stopped";
  }

  #releaseAll(): void {
    this.#lowWaterReached.release();
    this.#workEnded.release();
  }

  #stop(): void {
    this.#state = "stopped";
    for (let chunk = this.#current; chunk !== undefined; chunk = this.#queue.take()) {
      this.counters.dropped += chunk.lines;
    }
    this.#current = undefined;
    this.#releaseAll();
    this.#retry.release();
    if (!this.#attempting) this.#sender.close();
  }
}
