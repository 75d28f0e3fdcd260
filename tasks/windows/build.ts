/** Compiles what the Windows build needs: `deno run -A tasks/windows/build.ts`. */

import { ROOT } from "../shared/paths.ts";
import { asProgram, run } from "../shared/task.ts";
import { WINDOWS_TARGET } from "./paths.ts";
import { CARGO, toolchain } from "./toolchain.ts";

/** Runs cargo for Windows. @throws {TaskError} when something does not compile. */
async function cargo(command: string, ...args: string[]): Promise<void> {
  await run(CARGO, [command, "--target", WINDOWS_TARGET, ...args], {
    cwd: `${ROOT}/native`,
    env: await toolchain(),
  });
}

/** Builds the native library and the start of the single file. */
export async function buildNativeForWindows(): Promise<void> {
  const launcher = ["--package", "monomi-launcher", "--bin", "monomi-launcher"];
  await cargo("build", "--release", "--package", "monomi", "--lib", ...launcher);
}

await asProgram(import.meta.main, buildNativeForWindows);
