/**
 * A storm in a guest, where nobody else does anything: for each kind of record, what was written and what was
 * counted as lost is what was done, to the last one.
 */

import { KIND_OF, lostOf } from "../../tests/support/mixed_storm.ts";
import type { Summary } from "../../tests/support/sensor.ts";
import type { Check } from "./blocking.ts";
import type { Step } from "./guest.ts";

/**
 * What the storm does besides what it counts: its own start and end (program, library, three processes), and
 * of two workers the four ways of their datagrams.
 */
const AROUND: Readonly<Record<number, number>> = { 1: 1, 3: 8, 5: 3, 7: 1 };
/**
 * One record alone does not make or break these: a query has several, a program without a file shares
 * its record with event 1, and of candidates for 29 few are programs.
 */
const SHARED: ReadonlySet<number> = new Set([22, 25, 29]);

const MOST_FOUND = 8_000;

/** `tests/kernels/storm.sh` in a guest; `loses`: the buffer is too small. */
export function checkStorm(step: Step | undefined, console: string, loses: boolean): Check[] {
  const title = `storm: ${loses ? "too small a buffer" : "all is written"}`;
  const [, done = "", written = "", sensor = ""] = (step?.stdout ?? "").split(/^=== .*\n/m);
  const line = sensor.split("\n").find((line) => line.startsWith('{"summary":'));
  if (line === undefined) {
    const found = step === undefined ? `no such step:\n${console}` : step.stdout + step.stderr;
    return [{ name: title, passed: false, found: found.slice(-MOST_FOUND) }];
  }
  const summary: Summary = JSON.parse(line).summary;
  const counted = new Map(pairs(done));
  const found = new Map(pairs(written).map(([count, event]) => [event, count]));
  const checks = Object.keys(KIND_OF).map(Number).map((event) => {
    const expected = (counted.get(event) ?? 0) + (AROUND[event] ?? 0);
    const there = found.get(event) ?? 0;
    const lost = lostOf(event, summary);
    const gap = expected - there;
    return {
      name: `${title}: event ${event}, ${there} + ${lost} of ${expected}`,
      passed: expected > 0 && (SHARED.has(event) ? gap >= 0 && gap <= lost : gap === lost),
      found: `${step!.stdout}${step!.stderr}`.slice(-MOST_FOUND),
    };
  });
  const lost = [1, 3, 11, 26].map((event) => lostOf(event, summary)).reduce((a, b) => a + b);
  return [...checks, {
    name: `${title}: ${lost} lost`,
    passed: (lost > 0) === loses,
    found: sensor,
  }];
}

/** Lines of two numbers. */
function pairs(text: string): [number, number][] {
  const matches = text.matchAll(/^ *(\d+) +(\d+)$/gm);
  return Array.from(matches, ([, a, b]) => [Number(a), Number(b)]);
}
