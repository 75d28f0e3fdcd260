/** Arithmetic that several benchmarks need. */

/** The sum of all values. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
