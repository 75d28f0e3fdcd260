/** Compiles the native library for Windows: `deno run -A tasks/windows/build.ts`. */

import { ROOT } from "../shared/paths.ts";
import { asProgram, run } from "../shared/task.ts";
import { WINDOWS_LIBRARY, WINDOWS_TARGET } from "./paths.ts";
import { CARGO, toolchain } from "./toolchain.ts";

/** Runs cargo for Windows. @throws {TaskError} when something does not compile. */
async function cargo(command: string, ...args: string[]): Promise<void> {
  await run(CARGO, [command, "--target", WINDOWS_TARGET, ...args], {
    cwd: `${ROOT}/native`,
    env: await toolchain(),
  });
}

/**
 * Builds monomi.dll.
 *
 * @returns its path
 */
export async function buildWindowsLibrary(): Promise<string> {
  await cargo("build", "--release", "--package", "monomi");
  return WINDOWS_LIBRARY;
}

await asProgram(import.meta.main, async () => console.log(await buildWindowsLibrary()));
