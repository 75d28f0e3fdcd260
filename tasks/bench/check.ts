/** How long the single file takes to check a configuration, from its launch to its end. */

import { PACKED, ROOT } from "../shared/paths.ts";
import { walk } from "../shared/walk.ts";
import { median, type Results } from "./results.ts";

/** How the benchmark is called in the results. */
export const CHECK = "check";

const CONFIGURATIONS = `${ROOT}/../shared/corpus/configs`;

/** Checks every configuration of the corpus once a round. @throws {Deno.errors.NotFound} without */
export async function runCheck(rounds: number, results: Results): Promise<void> {
  const files = (await walk(CONFIGURATIONS)).filter((path) => path.endsWith(".xml"));
  for (let round = 1; round <= rounds; round++) {
    for (const file of files) {
      const name = file.slice(CONFIGURATIONS.length + 1);
      results.add(CHECK, name, round, { whole_process_ms: await timeOf("check", file) });
    }
    results.add(CHECK, "--version", round, { whole_process_ms: await timeOf("--version") });
  }
}

/** The slowest files by the median of all rounds, slowest first. */
export function slowestChecks(results: Results, count: number): { name: string; ms: number }[] {
  return results.sensors(CHECK)
    .map((name) => ({ name, ms: results.median(CHECK, name, "whole_process_ms")! }))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, count);
}

/** The median over all files of their medians, in milliseconds. */
export function usualCheck(results: Results): number | undefined {
  return median(slowestChecks(results, Infinity).map(({ ms }) => ms));
}

async function timeOf(...args: string[]): Promise<number> {
  const start = performance.now();
  const child = new Deno.Command(PACKED, { args, stdout: "null", stderr: "null" }).spawn();
  await child.status;
  return performance.now() - start;
}
