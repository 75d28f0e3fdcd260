/** A small generator with a seed, so that failures of property tests can be repeated. */
import assert from "node:assert/strict";

/** Where random samples begin: `MONOMI_SEED`, else `usual`, else another number in every run. Prints it. */
export function seedOfThisRun(usual = Math.floor(Math.random() * 2 ** 31)): number {
  const given = Deno.env.get("MONOMI_SEED");
  const seed = given === undefined ? usual : Number(given);
  assert.ok(Number.isSafeInteger(seed), `MONOMI_SEED=${given} is no whole number`);
  console.log(`MONOMI_SEED=${seed}`);
  return seed;
}

/** Random choices (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}
