/**
 * Builds everything and runs every test: Rust, TypeScript, end to end on the packed file.
 *
 * The last line is `N passed, N failed, N skipped`, summed over the runners.
 */

import { kafka } from "./kafka.ts";
import { guestName, VARIANTS } from "./kernels/examine.ts";
import { KERNEL_SERIES } from "./kernels/images.ts";
import { pack } from "./pack.ts";
import {
  FOR_BUILD,
  FOR_KERNELS,
  FOR_SYSTEMD,
  FOR_TESTS,
  FOR_WINDOWS,
  type Requirement,
  setup,
} from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { addUp, cargoTally, denoTally, type Tally } from "./shared/tally.ts";
import { asProgram, TaskError } from "./shared/task.ts";
import { runTests, type TestRun } from "./shared/test_run.ts";
import { testWindows } from "./windows/test.ts";

const RUST: TestRun = {
  program: "cargo",
  args: ["test", "--workspace", "--no-fail-fast"],
  cwd: `${ROOT}/native`,
  tallyOf: cargoTally,
};

/** Tests in virtual machines, each of which uses one processor. */
const IN_SYSTEMD = "tests/systemd_test.ts";
const ON_KERNELS = "tests/kernels_test.ts";
const KERNEL_GUESTS = KERNEL_SERIES.flatMap((series) =>
  VARIANTS.map((variant) => guestName(series, variant))
);
/** Their names begin with another letter than `kernel`. */
const OTHER_GUESTS = "/^[^k]/";
/** The longest first; each waits for nothing else. */
const GUESTS: readonly TestRun[] = [
  heldBack(IN_SYSTEMD),
  ...KERNEL_GUESTS.map((name) => heldBack(`--filter=${name}`, ON_KERNELS)),
  heldBack(`--filter=${OTHER_GUESTS}`, ON_KERNELS),
];
/** What is measured over minutes, at a load of its own. */
const SOAK = ["tests/soak_test.ts"];
/** The single file for Windows, which the tests of the Windows build make. */
const UNDER_WINE = ["tests/windows_file_test.ts"];
/** End to end, but without capturing what happens on this host. */
const WITHOUT_CAPTURE = [
  "tests/ci_recipes_test.ts",
  "tests/fuzz_test.ts",
  "tests/journald_test.ts",
  "tests/receivers_test.ts",
  "tests/recorded_windows_test.ts",
  "tests/remote_syslog_test.ts",
  "tests/syslog_test.ts",
];

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_TESTS]);
  // Without them the tests on other kernels are skipped, and say so.
  await setup([...FOR_KERNELS, ...FOR_SYSTEMD]).catch((error) =>
    console.error(`no other kernels: ${error.message}`)
  );
  const windowsMissing = await missing(FOR_WINDOWS);
  await Promise.all([
    // Likewise those on a broker.
    kafka().catch((error) => console.error(`no Kafka: ${error.message}`)),
    pack(),
  ]);
  const guests = GUESTS.values();
  const others = onThisHost(windowsMissing);
  const { passed, failed, skipped } = addUp(
    ...await Promise.all([
      others,
      remaining(guests),
      // What is left takes the processor that the others had.
      others.then(() => remaining(guests)),
    ]),
  );
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});

/** Last comes what captures on this host, and would see what the others do: one after the other. */
async function onThisHost(windowsMissing: string | undefined): Promise<Tally> {
  // Each leaves a processor idle now and then.
  const [windows, rest] = await Promise.all([
    inTurn(() => windowsTests(windowsMissing), () => runTests(typescript(...UNDER_WINE))),
    inTurn(
      () => runTests(heldBack(...WITHOUT_CAPTURE)),
      () => runTests({ ...RUST, isHeldBack: true }),
      () => runTests(heldBack("--parallel", "rules/", "src/", "tasks/")),
      () => runTests(heldBack(...SOAK)),
    ),
  ]);
  const done = [IN_SYSTEMD, ON_KERNELS, ...WITHOUT_CAPTURE, ...SOAK, ...UNDER_WINE];
  return addUp(windows, rest, await runTests(typescript(`--ignore=${done.join(",")}`, "tests/")));
}

/** Takes from `runs`, as others may, until none is left. */
async function remaining(runs: Iterator<TestRun>): Promise<Tally> {
  const tallies: Tally[] = [];
  for (let next = runs.next(); !next.done; next = runs.next()) {
    tallies.push(await runTests(next.value));
  }
  return addUp(...tallies);
}

async function inTurn(...runs: readonly (() => Promise<Tally>)[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const run of runs) tallies.push(await run());
  return addUp(...tallies);
}

/** Tests of files whose output is shown at their end: something else is shown meanwhile. */
function heldBack(...args: readonly string[]): TestRun {
  return { ...typescript(...args), isHeldBack: true };
}

function typescript(...args: string[]): TestRun {
  return {
    program: Deno.execPath(),
    args: ["test", "--allow-all", ...args],
    cwd: ROOT,
    tallyOf: denoTally,
  };
}

/** Installs what is needed, or says why it cannot be had. */
async function missing(requirements: readonly Requirement[]): Promise<string | undefined> {
  try {
    await setup(requirements);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return error.message;
  }
}

/** Where Wine or the compiler for Windows cannot be had, they count as one skipped test. */
async function windowsTests(missing: string | undefined): Promise<Tally> {
  if (missing === undefined) return await testWindows();
  console.log(`tests of the Windows build under Wine (skipped: ${missing})`);
  return { passed: 0, failed: 0, skipped: 1 };
}
