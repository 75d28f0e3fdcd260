/**
 * Builds everything and runs every test: Rust, TypeScript, end to end on the packed file.
 *
 * The last line is `N passed, N failed, N skipped`, summed over the runners.
 */

import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, FOR_TESTS, setup } from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { addUp, cargoTally, denoTally } from "./shared/tally.ts";
import { asProgram } from "./shared/task.ts";
import { runTests } from "./shared/test_run.ts";

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_TESTS]);
  // Without them the tests on other kernels are skipped, and say so.
  await setup(FOR_KERNELS).catch((error) => console.error(`no other kernels: ${error.message}`));
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
  // One after the other: they capture what happens on the whole host.
  const wholes = await typescript("tests/");
  const { passed, failed, skipped } = addUp(rust, units, wholes);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});
