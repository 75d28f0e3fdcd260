/**
 * What became of files that may have been programs (event 29): each was one, was none, or nobody knows.
 */
import type { Reason } from "../hashing/mod.ts";

/** `captured` is the sum of `programs`, `notPrograms` and everything in `lost`. */
export interface CandidateCounters {
  /** Files that were written or made executable. */
  readonly captured: number;
  /** Those that are events 29, as far as the rules want them. */
  readonly programs: number;
  readonly notPrograms: number;
  /** Files that could not be looked at, by reason. */
  readonly lost: Readonly<Partial<Record<Reason, number>>>;
}

/** Counts them. What waits to be looked at counts as a program. */
export class Candidates {
  captured = 0;
  #notPrograms = 0;
  readonly #lost = new Map<Reason, number>();

  /** One turned out to be no program, or was lost, which the reason tells. */
  discard(reason: Reason): void {
    if (reason === "not_program") this.#notPrograms++;
    else this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + 1);
  }

  /** The counts so far; undefined when there was none. */
  counters(): CandidateCounters | undefined {
    const { captured } = this;
    if (captured === 0) return undefined;
    const lost = this.#lost.values().reduce((sum, count) => sum + count, 0);
    return {
      captured,
      programs: captured - this.#notPrograms - lost,
      notPrograms: this.#notPrograms,
      lost: Object.fromEntries(this.#lost),
    };
  }
}
