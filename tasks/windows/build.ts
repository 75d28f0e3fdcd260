/** Compiles what the Windows build needs: `deno run -A tasks/windows/build.ts`. */

import { dirname } from "node:path";
import { ROOT } from "../shared/paths.ts";
import { asProgram, run } from "../shared/task.ts";
import { FAKE_TRACING, WINDOWS_LIBRARY, WINDOWS_TARGET } from "./paths.ts";
import { CARGO, toolchain } from "./toolchain.ts";

/** Compares the structures that both sides of the fake share with Windows' headers. */
const LAYOUT = `${ROOT}/native/windows/fake-etw/layout.c`;

/** Runs cargo for Windows. @throws {TaskError} when something does not compile. */
async function cargo(command: string, ...args: string[]): Promise<void> {
  await run(CARGO, [command, "--target", WINDOWS_TARGET, ...args], {
    cwd: `${ROOT}/native`,
    env: await toolchain(),
  });
}

/**
 * Builds a monomi.dll that takes native/windows/fake-etw in place of Windows' tracing functions, and
 * that library; and a start of the single file that lets a test steer them. To be called before
 * {@linkcode buildNativeForWindows}: cargo puts both at one place.
 *
 * @returns the folder that has them
 */
export async function buildForFakeTracing(): Promise<string> {
  await run("x86_64-w64-mingw32-gcc", ["-Wall", "-Werror", "-fsyntax-only", LAYOUT]);
  const packages = ["monomi", "monomi-fake-etw", "monomi-launcher"];
  const features = "monomi/fake-etw,monomi-launcher/fake-etw";
  await cargo(
    "build",
    "--release",
    ...packages.flatMap((name) => ["--package", name]),
    "--features",
    features,
  );
  await Deno.mkdir(FAKE_TRACING, { recursive: true });
  for (const name of ["monomi.dll", "fake_etw.dll", "monomi-launcher.exe"]) {
    await Deno.copyFile(`${dirname(WINDOWS_LIBRARY)}/${name}`, `${FAKE_TRACING}/${name}`);
  }
  return FAKE_TRACING;
}

/** Builds the native library and the start of the single file. */
export async function buildNativeForWindows(): Promise<void> {
  const launcher = ["--package", "monomi-launcher", "--bin", "monomi-launcher"];
  await cargo("build", "--release", "--package", "monomi", "--lib", ...launcher);
}

await asProgram(import.meta.main, buildNativeForWindows);
