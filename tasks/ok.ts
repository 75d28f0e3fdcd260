/** Every check that a change must pass before it is worth a review; names all that fail. */

import { FOR_BUILD, FOR_TESTS, setup } from "./setup.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram, run, TaskError } from "./shared/task.ts";

const NATIVE = `${ROOT}/native`;

interface Check {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

function deno(...args: string[]): Check {
  return { program: Deno.execPath(), args, cwd: ROOT };
}

function cargo(...args: string[]): Check {
  return { program: "cargo", args, cwd: NATIVE };
}

const CHECKS: readonly Check[] = [
  deno("fmt", "--check"),
  deno("lint"),
  deno("check", "main.ts", "rules/", "src/", "tasks/", "tests/"),
  cargo("fmt", "--all", "--check"),
  cargo("clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"),
  deno("test", "--allow-all", "--quiet", "--parallel", "rules/", "src/", "tasks/"),
  cargo("test", "--workspace", "--quiet", "--lib", "--bins"),
];

await asProgram(import.meta.main, async () => {
  await setup([...FOR_BUILD, ...FOR_TESTS]);
  const failures: string[] = [];
  for (const { program, args, cwd } of CHECKS) {
    try {
      await run(program, args, { cwd });
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new TaskError(`not ok:\n  ${failures.join("\n  ")}`);
});
