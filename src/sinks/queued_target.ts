/**
 * A target that queues lines and delivers them chunk by chunk, with retries and back-pressure.
 */
import type { Chunk, Mark } from "./chunk.ts";
import { type Backlog, MemoryBacklog, type Unconfirmed } from "./backlog.ts";
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
import { SpoolBacklog } from "./spool/backlog.ts";
import type { Spool } from "./spool/spool.ts";
import { inTime, Waiters } from "./waiters.ts";

/** What a target does with a chunk; everything else is the queue's business. */
export interface Sender {
  /** The byte that ends each line. */
  readonly separator: number;
  /** How far attempts may grow apart while the receiver is in trouble; a minute when absent. */
  readonly longestRetryMilliseconds?: number;
  /** What the receiver can lose of what it has taken; absent where it confirms what it takes. */
  readonly unconfirmed?: Unconfirmed;
  /**
   * Called once: `lost` is to be called whenever a connection ends on which the receiver may have lost
   * something, during `send` or not. Only with {@link unconfirmed}.
   */
  watch?(lost: () => void): void;
  /**
   * How long writers wait for a queue that is half full to become a quarter full; a quarter of a second
   * when absent.
   */
  readonly patienceMilliseconds?: number;
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
/** A disk that others keep busy stands still for seconds. */
export const DISK_PATIENCE_MILLISECONDS = 5_000;

type State = "resting" | "working" | "retrying" | "stopped";

/** Makes a target of a sender. */
export class QueuedTarget implements Target {
  readonly name: string;
  readonly counters: TargetCounters = newCounters();
  readonly broken: Promise<string>;
  readonly #sender: Sender;
  readonly #queue: LineQueue;
  readonly #backlog: Backlog;
  readonly #report: ProblemReport;
  readonly #highWater: number;
  readonly #lowWater: number;
  readonly #lossless: boolean;
  readonly #isSpooled: boolean;
  readonly #flushMilliseconds: number;
  readonly #longestRetryMilliseconds: number;
  readonly #patienceMilliseconds: number;
  readonly #lowWaterReached = new Waiters();
  readonly #workEnded = new Waiters();
  readonly #retry = new Waiters();
  readonly #abort = new AbortController();
  #state: State = "resting";
  /** The chunk being sent or sent again. */
  #current: Chunk | undefined;
  #attempting = false;
  /** There was more to take since it was looked last. */
  #hasMore = false;
  /** The receiver may have lost what was handed over lately. */
  #isLost = false;
  /** Lines that are delivered for another time. */
  #again = 0;
  /** A writer waited in vain for the low mark: others do not wait until it is reached. */
  #tooSlow = false;
  #ready: Promise<void> | undefined;
  #resolveBroken!: (reason: string) => void;

  /** With a spool, what the receiver does not take waits there; the target closes it. */
  constructor(name: string, sender: Sender, options: TargetOptions = {}, spool?: Spool) {
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
    this.#patienceMilliseconds = this.#lossless
      ? Infinity
      : spool !== undefined
      ? DISK_PATIENCE_MILLISECONDS
      : sender.patienceMilliseconds ?? PATIENCE_MILLISECONDS;
    this.broken = new Promise((resolve) => this.#resolveBroken = resolve);
    this.#isSpooled = spool !== undefined;
    this.#backlog = this.#makeBacklog(spool);
    sender.watch?.(() => {
      this.#isLost = true;
      this.#wake();
    });
    if (this.counters.spooled > 0) this.#wake();
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
    if (refused === count) return;
    this.#backlog.pull();
    this.#wake();
  }

  ready(): Promise<void> | undefined {
    if (this.#queue.bytes < this.#highWater || this.#state === "stopped") return undefined;
    const isStuck = this.#state === "retrying" && !this.#isSpooled;
    if (!this.#lossless && (this.#tooSlow || isStuck)) return undefined;
    return this.#ready ??= this.#untilLowWater();
  }

  async flush(): Promise<void> {
    if (this.#state === "stopped") return;
    const deadline = performance.now() + this.#flushMilliseconds;
    const stored = this.#backlog.stored();
    if (stored !== undefined) await inTime(stored, this.#flushMilliseconds);
    if (this.#state === "resting" || this.#hasStopped()) return;
    this.#retry.release();
    await this.#workEnded.wait(Math.max(deadline - performance.now(), 0));
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#state !== "stopped") this.#stop();
    this.#report.closed();
  }

  #makeBacklog(spool: Spool | undefined): Backlog {
    const { unconfirmed } = this.#sender;
    if (spool === undefined) return new MemoryBacklog(this.#queue, this.counters, unconfirmed);
    return new SpoolBacklog(this.#queue, spool, {
      counters: this.counters,
      drop: (count, reason) => this.#drop(count, reason),
      trouble: (what) => this.#report.trouble(what),
      readable: () => this.#wake(),
      settled: () => this.#checkLowWater(),
    }, unconfirmed);
  }

  #wake(): void {
    this.#hasMore = true;
    if (this.#state === "resting") this.#deliver();
  }

  async #deliver(): Promise<void> {
    this.#state = "working";
    let retryMilliseconds = FIRST_RETRY_MILLISECONDS;
    for (;;) {
      if (this.#isLost) this.#beginAgain();
      if (this.#current === undefined) {
        this.#hasMore = false;
        const next = this.#backlog.take();
        this.#current = next instanceof Promise ? await next : next;
        if (this.#hasStopped()) return;
      }
      if (this.#current === undefined) {
        if (this.#hasMore) continue;
        break;
      }
      this.#state = "working";
      const problem = await this.#attempt(this.#current);
      if (this.#hasStopped()) return this.#sender.close();
      if (this.#current.lines === 0) {
        this.#backlog.handedOver(this.#current);
        this.#current = undefined;
      }
      if (problem === undefined) {
        retryMilliseconds = FIRST_RETRY_MILLISECONDS;
      } else if (this.#sender.isFinal(problem)) {
        this.#stop();
        this.#resolveBroken(reasonOf(problem));
        return;
      } else {
        this.#state = "retrying";
        if (!this.#lossless) this.#releaseWaiting();
        await this.#retry.wait(pauseAfter(problem, retryMilliseconds));
        if (this.#hasStopped()) return;
        retryMilliseconds = Math.min(2 * retryMilliseconds, this.#longestRetryMilliseconds);
      }
    }
    this.#state = "resting";
    this.#releaseWaiting();
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
    const lines = before.lines - chunk.lines;
    const again = Math.min(lines, this.#again);
    const discarded = Math.min(chunk.discarded, lines - again);
    this.#again -= again;
    counters.resent += again;
    counters.bytes += bytes - chunk.discardedBytes;
    counters.written += lines - again - discarded;
    if (discarded > 0) {
      this.#drop(discarded, "undeliverable");
      this.#report.trouble(chunk.discardReason);
    }
    if (problem !== undefined) {
      counters.errors++;
      counters.lastError = reasonOf(problem);
      this.#report.trouble(`cannot write: ${counters.lastError}`);
    }
    this.#backlog.consumed(chunk, lines, bytes);
    this.#checkLowWater();
    if (problem === undefined && this.#queue.bytes <= this.#lowWater) this.#report.well();
    return problem;
  }

  #checkLowWater(): void {
    if (this.#queue.bytes > this.#lowWater) return;
    this.#tooSlow = false;
    this.#lowWaterReached.release();
  }

  /** The next chunk is the oldest that the receiver may have lost. */
  #beginAgain(): void {
    this.#isLost = false;
    this.#again += this.#backlog.rewind(this.#current);
    this.#current = undefined;
  }

  /** Waits, a little or as long as it takes, for the queue to empty to the low mark. */
  async #untilLowWater(): Promise<void> {
    await this.#lowWaterReached.wait(this.#patienceMilliseconds);
    this.#tooSlow = this.#queue.bytes > this.#lowWater;
    this.#ready = undefined;
  }

  #hasStopped(): boolean {
    return this.#state === "stopped";
  }

  /** Nothing is delivered for now; a spool may go on emptying the queue. */
  #releaseWaiting(): void {
    if (!this.#isSpooled) this.#lowWaterReached.release();
    this.#workEnded.release();
  }

  #stop(): void {
    this.#state = "stopped";
    this.#drop(this.#backlog.close(this.#current), "closed");
    this.#current = undefined;
    this.#lowWaterReached.release();
    this.#workEnded.release();
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
