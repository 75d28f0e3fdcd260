/** What test runners say about their tests, as numbers. */

/** How many tests ended how. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Ignored by the runner, for whatever reason. */
  readonly skipped: number;
}

const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Sums the `test result:` lines of `cargo test`, one for each test program. */
export function cargoTally(output: string): Tally {
  const lines = output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; /gm,
  );
  return addUp(...Array.from(lines, ([, passed, failed, ignored]) => ({
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(ignored),
  })));
}

/** Reads the closing line of `deno test`, printed without colour. Steps are not counted. */
export function denoTally(output: string): Tally {
  const closing = Array.from(
    output.matchAll(
      /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/gm,
    ),
  ).at(-1);
  if (closing === undefined) return NOTHING;
  const [, passed, failed, ignored] = closing;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(ignored ?? 0) };
}

/** The sum of tallies. */
export function addUp(...tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, tally) => ({
    passed: sum.passed + tally.passed,
    failed: sum.failed + tally.failed,
    skipped: sum.skipped + tally.skipped,
  }), NOTHING);
}

/**
 * Counts a runner that ended badly without naming a failed test (a crash, a compile error), or
 * that ran nothing at all, as one failure.
 */
export function withOutcome(tally: Tally, exitCode: number): Tally {
  const nothingRan = tally.passed + tally.failed + tally.skipped === 0;
  const unexplained = exitCode !== 0 && tally.failed === 0;
  return nothingRan || unexplained ? { ...tally, failed: tally.failed + 1 } : tally;
}
