/**
 * Where lines are between the queue and the receiver: the contract, and the one in memory.
 */
import type { Chunk } from "./chunk.ts";
import type { LineQueue } from "./line_queue.ts";
import type { TargetCounters } from "./target.ts";

/**
 * How much a receiver can lose of what it has taken, because it does not confirm anything. It is kept
 * until so many bytes more were handed over, or for that long.
 */
export interface Unconfirmed {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Chunks in order, until they are delivered for sure. */
export interface Backlog {
  /** Notices that the queue has more. */
  pull(): void;
  /** The oldest chunk that is not handed over, or undefined when there is none for now. */
  take(): Chunk | undefined | Promise<Chunk | undefined>;
  /** `lines` lines, `bytes` bytes, of the chunk taken last were handed over or given up. */
  consumed(chunk: Chunk, lines: number, bytes: number): void;
  /** All of the chunk taken last was. */
  handedOver(chunk: Chunk): void;
  /**
   * The receiver may have lost what is kept, and of the chunk taken last, if not yet handed over
   * whole, anything. All of it comes again, beginning with the next {@link take}.
   *
   * @returns how many lines come for another time.
   */
  rewind(current: Chunk | undefined): number;
  /** Resolves when nothing waits to be put where it lasts; undefined when nothing does. */
  stored(): Promise<void> | undefined;
  /** Lets go of everything; gives how many lines are lost by that. */
  close(current: Chunk | undefined): number;
}

const MOST_KEPT_IN_MEMORY = 4 * 2 ** 20;

interface Kept {
  readonly chunk: Chunk;
  readonly at: number;
}

/** Nothing outlives the process. */
export class MemoryBacklog implements Backlog {
  readonly #queue: LineQueue;
  readonly #counters: TargetCounters;
  readonly #unconfirmed: Unconfirmed | undefined;
  #kept: Kept[] = [];
  #keptBytes = 0;
  #again: Chunk[] = [];

  constructor(queue: LineQueue, counters: TargetCounters, unconfirmed: Unconfirmed | undefined) {
    this.#queue = queue;
    this.#counters = counters;
    this.#unconfirmed = unconfirmed;
  }

  pull(): void {}

  take(): Chunk | undefined {
    return this.#again.shift() ?? this.#queue.take();
  }

  consumed(_: Chunk, lines: number, bytes: number): void {
    this.#counters.waiting -= lines;
    this.#queue.settle(bytes);
  }

  handedOver(chunk: Chunk): void {
    if (this.#unconfirmed === undefined) return this.#queue.recycle(chunk);
    // A chunk has room for far more than the few lines of a quiet host.
    const isMostlyEmpty = chunk.end < chunk.bytes.length / 2;
    this.#kept.push({ chunk: isMostlyEmpty ? chunk.copy() : chunk, at: performance.now() });
    this.#keptBytes += chunk.end;
    if (isMostlyEmpty) this.#queue.recycle(chunk);
    this.#forget(Math.min(this.#unconfirmed.bytes, MOST_KEPT_IN_MEMORY));
  }

  rewind(current: Chunk | undefined): number {
    this.#forget(Infinity);
    const chunks = this.#kept.map(({ chunk }) => chunk);
    this.#kept = [];
    this.#keptBytes = 0;
    if (current !== undefined) chunks.push(current);
    let lines = 0;
    for (const chunk of chunks) {
      this.#queue.settle(-chunk.start);
      lines += chunk.rewind();
    }
    this.#counters.waiting += lines;
    this.#again = [...chunks, ...this.#again];
    return lines;
  }

  stored(): undefined {}

  close(current: Chunk | undefined): number {
    let lost = current?.lines ?? 0;
    for (let chunk = this.take(); chunk !== undefined; chunk = this.take()) lost += chunk.lines;
    this.#counters.waiting -= lost;
    return lost;
  }

  #forget(mostBytes: number): void {
    const { milliseconds } = this.#unconfirmed!;
    const since = performance.now() - milliseconds;
    while (this.#kept.length > 0 && (this.#kept[0].at < since || this.#keptBytes > mostBytes)) {
      const { chunk } = this.#kept.shift()!;
      this.#keptBytes -= chunk.end;
      this.#queue.recycle(chunk);
    }
  }
}
