/**
 * Builds everything and runs every test: Rust, TypeScript, end to end on the packed file.
 *
 * The last line is `N passed, N failed, N skipped`, summed over the runners.
 */

import { pack } from "./pack.ts";
import { FOR_BUILD, FOR_KERNELS, FOR_TESTS, setup } from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { addUp, cargoTally, denoTally, type Tally, withOutcome } from "./shared/tally.ts";
import { asProgram, spawn } from "./shared/task.ts";

/** Runs a test program, shows its output as it comes, and counts what it says. */
async function runTests(
  program: string,
  args: readonly string[],
  cwd: string,
  tallyOf: (output: string) => Tally,
): Promise<Tally> {
  const child = spawn(program, args, {
    cwd,
    env: { NO_COLOR: "1", CARGO_TERM_COLOR: "never" },
    stdin: "null",
    stdout: "piped",
  });
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    await Deno.stdout.write(new TextEncoder().encode(text));
  }
  return withOutcome(tallyOf(output), (await child.status).code);
}

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_TESTS]);
  // Without them the tests on other kernels are skipped, and say so.
  await setup(FOR_KERNELS).catch((error) => console.error(`no other kernels: ${error.message}`));
  await pack();
  const rust = await runTests(
    "cargo",
    ["test", "--workspace", "--no-fail-fast"],
    `${ROOT}/native`,
    cargoTally,
  );
  const typescript = (...args: string[]) =>
    runTests(Deno.execPath(), ["test", "--allow-all", ...args], ROOT, denoTally);
  const units = await typescript("--parallel", "rules/", "src/", "tasks/");
  // One after the other: they capture what happens on the whole host.
  const wholes = await typescript("tests/");
  const { passed, failed, skipped } = addUp(rust, units, wholes);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});
