/**
 * Keeps comparing rules with each other within bounds: configurations may hold 200,000 of them. Where
 * the budget is spent, what could not be compared is not reported.
 */

/** Comparisons of two texts that one configuration is worth: some tenths of a second. */
const COMPARISONS = 3_000_000;

/** What is left for comparisons. */
export class Budget {
  #left = COMPARISONS;

  /** Whether there is enough left for so many comparisons, which are then taken from it. */
  spend(comparisons: number): boolean {
    this.#left -= comparisons;
    return this.#left >= 0;
  }
}
