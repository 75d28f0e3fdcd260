/**
 * Builds everything and runs every test: Rust, TypeScript, end to end on the packed file.
 *
 * The last line is `N passed, N failed, N skipped`, summed over the runners.
 */

import { kafka } from "./kafka.ts";
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

/** Tests in virtual machines. */
const IN_GUESTS = ["tests/kernels_test.ts", "tests/systemd_test.ts"];

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_TESTS]);
  // Without them the tests on other kernels are skipped, and say so.
  await setup([...FOR_KERNELS, ...FOR_SYSTEMD]).catch((error) =>
    console.error(`no other kernels: ${error.message}`)
  );
  // Likewise those on a broker.
  await kafka().catch((error) => console.error(`no Kafka: ${error.message}`));
  await pack();
  const rust = await runTests({
    program: "cargo",
    args: ["test", "--workspace", "--no-fail-fast"],
    cwd: `${ROOT}/native`,
    tallyOf: cargoTally,
  });
  const units = await runTests(typescript("--parallel", "rules/", "src/", "tasks/"));
  const windowsMissing = await missing(FOR_WINDOWS);
  // Beside each other: neither captures on this host, and each leaves a processor idle now and then.
  const guests = runTests({ ...typescript(...IN_GUESTS), isHeldBack: true });
  const windows = await windowsTests(windowsMissing);
  const machines = await guests;
  // One after the other: they capture what happens on the whole host.
  const wholes = await runTests(typescript(`--ignore=${IN_GUESTS.join(",")}`, "tests/"));
  const { passed, failed, skipped } = addUp(rust, units, windows, machines, wholes);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});

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
