/**
 * Builds everything and runs every test: Rust, TypeScript, end to end on the packed file.
 *
 * The last line is `N passed, N failed, N skipped`, summed over the runners.
 */

import { kafka } from "./kafka.ts";
import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, FOR_SYSTEMD, FOR_TESTS, FOR_WINDOWS, setup } from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { addUp, cargoTally, denoTally, type Tally } from "./shared/tally.ts";
import { asProgram, TaskError } from "./shared/task.ts";
import { runTests } from "./shared/test_run.ts";
import { testWindows } from "./windows/test.ts";

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
  const typescript = (...args: string[]) =>
    runTests({
      program: Deno.execPath(),
      args: ["test", "--allow-all", ...args],
      cwd: ROOT,
      tallyOf: denoTally,
    });
  const units = await typescript("--parallel", "rules/", "src/", "tasks/");
  const windows = await windowsTests();
  // One after the other: they capture what happens on the whole host.
  const wholes = await typescript("tests/");
  const { passed, failed, skipped } = addUp(rust, units, windows, wholes);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});

/** Where Wine or the compiler for Windows cannot be had, they count as one skipped test. */
async function windowsTests(): Promise<Tally> {
  try {
    await setup(FOR_WINDOWS);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    console.log(`tests of the Windows build under Wine (skipped: ${error.message})`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  return await testWindows();
}
