/**
 * When what was read from the kernel's buffer is safe, and may be forgotten there.
 *
 * A pinned buffer keeps what was read until it is committed, so that a sensor that takes over gets it
 * once more. It is safe once all sinks have it behind them; a sink that does not get on delays this by
 * no more than half a minute. The native side forgets earlier where half of the buffer is taken, as it has to
 * have room for what happens meanwhile.
 */
import type { SinkCounters } from "../sinks/mod.ts";

/** The longest time that a mark stands, in milliseconds. */
const LONGEST = 30_000;

/** What marks and forgets. */
export interface Buffer {
  /** False when there is nothing new to mark. */
  mark(): boolean;
  commit(): void;
}

/** Where events are on their way. */
export interface Way {
  /** Events that have left for the sinks. */
  readonly left: number;
  /** Events that wait in front of them. */
  readonly waiting: number;
}

/** Follows one mark at a time. */
export class Safekeeping {
  readonly #buffer: Buffer;
  readonly #way: Way;
  readonly #counters: () => readonly SinkCounters[];
  #since: number | undefined;
  #mustLeave = 0;
  #mustSettle: readonly number[] | undefined;

  constructor(buffer: Buffer, way: Way, counters: () => readonly SinkCounters[]) {
    this.#buffer = buffer;
    this.#way = way;
    this.#counters = counters;
  }

  /** Whether something is read and not yet safe. */
  get isOpen(): boolean {
    return this.#since !== undefined;
  }

  /** To be called again and again, at a time in milliseconds. */
  follow(now: number): void {
    if (this.#since === undefined) {
      if (!this.#buffer.mark()) return;
      this.#since = now;
      this.#mustLeave = this.#way.left + this.#way.waiting;
      this.#mustSettle = undefined;
    }
    if (!this.#isSafe() && now - this.#since < LONGEST) return;
    this.#buffer.commit();
    this.#since = undefined;
  }

  /** To be called when the sinks are closed: nothing of what was read needs to come again. */
  end(): void {
    if (this.isOpen) this.#buffer.commit();
    if (this.#buffer.mark()) this.#buffer.commit();
    this.#since = undefined;
  }

  #isSafe(): boolean {
    if (this.#mustSettle === undefined) {
      if (this.#way.left < this.#mustLeave) return false;
      this.#mustSettle = this.#counters().map((sink) => settled(sink) + sink.waiting);
    }
    const { length } = this.#mustSettle;
    const counters = this.#counters();
    for (let i = 0; i < length; i++) if (settled(counters[i]) < this.#mustSettle[i]) return false;
    return true;
  }
}

/** Lines that a sink has behind it, one way or another. */
function settled({ written, dropped, spooled }: SinkCounters): number {
  return written + dropped + spooled;
}
