/**
 * A target that queues lines and delivers them chunk by chunk, with retries and back-pressure.
 */
import type { Chunk, Mark } from "./chunk.ts";
import { LineQueue } from "./line_queue.ts";
import { ProblemReport } from "./problem_report.ts";
import {
  type DropReason,
  newCounters,
  reasonOf,
  type Target,
  type TargetCounters,
  type TargetOptions,
} from "./target.ts";
import { Waiters } from "./waiters.ts";

/** What a target does with a chunk; everything else is the queue's business. */
export interface Sender {
  /** The byte that ends each line. */
  readonly separator: number;
  /** How far attempts may grow apart while the receiver is in trouble; a minute when absent. */
  readonly longestRetryMilliseconds?: number;
  /** Text in front of each line, asked once per batch. */
  prefix?(): string;
  /**
   * Delivers the chunk, consuming or discarding what it is done with: `eachLine` has the lines and
   * their EventRecordIDs, `consumeLines` takes off what the receiver has confirmed, `discardLine` what
   * it will never take. Returns when it has delivered something, at the latest when nothing is left;
   * throws when it cannot go on ({@link RetryLater} when the receiver says for how long). In both cases
   * the rest of the chunk comes again.
   *
   * @param signal aborted when the target is closed without waiting any longer; end soon.
   */
  send(chunk: Chunk, signal: AbortSignal): Promise<void>;
  /** Whether no later attempt can succeed after this error. */
  isFinal(error: unknown): boolean;
  /** Called once, never during `send`. */
  close(): void;
}

/** The receiver is there and asks to be left alone for a while. */
export class RetryLater extends Error {
  override readonly name = "RetryLater";
  readonly milliseconds: number;

  constructor(message: string, milliseconds: number) {
    super(message);
    this.milliseconds = milliseconds;
  }
}

const DEFAULT_QUEUE_BYTES = 8 * 1024 * 1024;
const DEFAULT_FLUSH_MILLISECONDS = 3_000;
const FIRST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 60_000;
/** What a receiver may ask for. */
const LONGEST_PAUSE_MILLISECONDS = 3_600_000;
const PATIENCE_MILLISECONDS = 250;

type State = "resting" | "sending" | "retrying" | "stopped";

/** Makes a target of a sender. */
export class QueuedTarget implements Target {
  readonly name: string;
  readonly counters: TargetCounters = newCounters();
  readonly broken: Promise<string>;
  readonly #sender: Sender;
  readonly #queue: LineQueue;
  readonly #report: ProblemReport;
  readonly #highWater: number;
  readonly #lowWater: number;
  readonly #lossless: boolean;
  readonly #flushMilliseconds: number;
  readonly #longestRetryMilliseconds: number;
  readonly #lowWaterReached = new Waiters();
  readonly #workEnded = new Waiters();
  readonly #retry = new Waiters();
  readonly #abort = new AbortController();
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
    this.#longestRetryMilliseconds = sender.longestRetryMilliseconds ?? LONGEST_RETRY_MILLISECONDS;
    this.broken = new Promise((resolve) => this.#resolveBroken = resolve);
  }

  write(lines: readonly string[], count: number, marks?: readonly Mark[], first?: number): void {
    if (this.#state === "stopped") {
      this.#drop(count, "closed");
      return;
    }
    const prefix = this.#sender.prefix?.() ?? "";
    const refused = this.#queue.add(lines, count, prefix, marks, first);
    this.counters.waiting += count - refused;
    if (refused > 0) {
      this.#drop(refused, "queueFull");
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
        if (this.#current.lines === 0) {
          this.#queue.recycle(this.#current);
          this.#current = undefined;
        }
        retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      } else if (this.#sender.isFinal(problem)) {
        this.#stop();
        this.#resolveBroken(reasonOf(problem));
        return;
      } else {
        this.#state = "retrying";
        if (!this.#lossless) this.#releaseAll();
        await this.#retry.wait(pauseAfter(problem, retryMilliseconds));
        if (this.#hasStopped()) return;
        retryMilliseconds = Math.min(2 * retryMilliseconds, this.#longestRetryMilliseconds);
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
      await this.#sender.send(chunk, this.#abort.signal);
      if (chunk.lines === before.lines) throw new Error("the receiver has taken nothing");
    } catch (error) {
      problem = error ?? new Error("unknown error");
    }
    this.#attempting = false;
    if (this.#hasStopped()) return undefined;

    const { counters } = this;
    const bytes = chunk.start - before.start;
    counters.bytes += bytes - chunk.discardedBytes;
    counters.waiting -= before.lines - chunk.lines;
    counters.written += before.lines - chunk.lines - chunk.discarded;
    if (chunk.discarded > 0) this.#drop(chunk.discarded, "undeliverable");
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
      this.counters.waiting -= chunk.lines;
      this.#drop(chunk.lines, "closed");
    }
    this.#current = undefined;
    this.#releaseAll();
    this.#retry.release();
    if (this.#attempting) this.#abort.abort(new Error("the output is closed"));
    else this.#sender.close();
  }

  #drop(count: number, reason: DropReason): void {
    this.counters.dropped += count;
    this.counters.drops[reason] += count;
  }
}

/** As long as the receiver asks for, or the time of back-off, up to half of it less at random. */
function pauseAfter(problem: unknown, backOffMilliseconds: number): number {
  if (problem instanceof RetryLater) {
    return Math.min(Math.max(problem.milliseconds, 0), LONGEST_PAUSE_MILLISECONDS);
  }
  return backOffMilliseconds * (1 - Math.random() / 2);
}
