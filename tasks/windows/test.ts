/**
 * The tests of what Windows runs, on Linux under Wine: `deno run -A tasks/windows/test.ts`.
 *
 * With arguments, only the TypeScript tests of those files or folders.
 */

import { ROOT } from "../shared/paths.ts";
import { addUp, cargoTally, denoTally, type Tally } from "../shared/tally.ts";
import { asProgram } from "../shared/task.ts";
import { runTests } from "../shared/test_run.ts";
import { buildForFakeTracing, buildNativeForWindows } from "./build.ts";
import { packFakeForWine, packForWine } from "./pack.ts";
import { FAKE_TRACING, WINDOWS_BUILD, WINDOWS_LIBRARY, WINDOWS_TARGET } from "./paths.ts";
import { CARGO, toolchain } from "./toolchain.ts";
import { endWine, runtimeForWine, windowsPath, WINE, winePrefix } from "./wine.ts";

/** TypeScript tests that are not run there, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "src/cli/": "every command is a process; tests/windows_file_test.ts runs them as the single file",
  "src/blocking/compile_test.ts": "compiles what the Linux kernel decides by",
  "src/control/": "the control socket is one of Unix",
  "src/service/private_files_test.ts": "file modes",
  "src/service/transaction_test.ts": "file modes",
  "src/sensor/record_ids_test.ts": "file modes, SIGKILL",
  "src/sinks/file_test.ts": "file modes, symbolic links, removing open files",
  "src/sinks/http/http_test.ts": "hangs up on connections as Linux reports it",
  "src/sinks/rotation_test.ts": "file modes",
  "src/sinks/set_test.ts": "/dev/null, removing open files",
  "src/sinks/spool/": "file modes, SIGKILL, removing open files",
  "src/sinks/stdout_test.ts": "words of Linux for a closed pipe",
  "src/sources/native_test.ts": "captures, and compiles libraries with cc",
};

/** Crates that only Linux can use. */
const LINUX_ONLY = ["monomi-linux", "monomi-preload", "monomi-provoke"];

/** By their names no tests for Linux: they need a library for Windows that is built for them. */
const LIVE_CAPTURE = ["live_capture", "images", "event_log", "event_channel"].map((name) =>
  `tests/windows/${name}.ts`
);

/**
 * Runs every test that Windows can run, but those of the single file, which it packs for
 * `tests/windows_file_test.ts`.
 *
 * @throws {TaskError} when Wine or the compiler are missing and cannot be installed.
 */
export async function testWindows(): Promise<Tally> {
  await packFakeForWine();
  await packForWine();
  const notRun = Object.entries(NOT_RUN);
  for (const [path, reason] of notRun) console.log(`${path} (skipped on Windows: ${reason})`);
  return addUp(
    await testCrates(),
    await runTypeScript([...portableTests(["rules/", "src/"]), ...LIVE_CAPTURE]),
    { passed: 0, failed: 0, skipped: notRun.length },
  );
}

/** As optimised as the library, so that what both use is compiled once. */
async function testCrates(): Promise<Tally> {
  const what = [
    "--release",
    "--target",
    WINDOWS_TARGET,
    "--workspace",
    "--lib",
    "--bins",
    "--tests",
  ];
  const env = { ...await toolchain(), ...await winePrefix() };
  return await runTests({
    program: CARGO,
    args: ["test", "--no-fail-fast", ...what, ...LINUX_ONLY.flatMap((name) => ["--exclude", name])],
    cwd: `${ROOT}/native`,
    env: { ...env, CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER: WINE },
    tallyOf: cargoTally,
  });
}

/** With the runtime for Windows and the library for Windows. Types are those that Linux checked. */
async function testTypeScript(paths: readonly string[]): Promise<Tally> {
  await buildForFakeTracing();
  await buildNativeForWindows();
  return await runTypeScript(paths);
}

async function runTypeScript(paths: readonly string[]): Promise<Tally> {
  // As they were installed for Linux: what a package would bring for Windows is not here, nor used.
  const packages = "--node-modules-dir=manual";
  const test = ["test", "--allow-all", "--no-check", "--cached-only", packages, "--parallel"];
  return await runTests({
    program: WINE,
    args: [await runtimeForWine(), ...test, ...paths],
    cwd: ROOT,
    env: {
      ...await winePrefix(),
      DENO_DIR: windowsPath(`${WINDOWS_BUILD}/deno`),
      MONOMI_FAKE_BUILD: windowsPath(FAKE_TRACING),
      MONOMI_LIBRARY: windowsPath(WINDOWS_LIBRARY),
    },
    tallyOf: denoTally,
  });
}

/** The test files below `folders` but those of {@linkcode NOT_RUN}, relative to the root. */
function* portableTests(folders: readonly string[]): Generator<string> {
  for (const folder of folders) {
    for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
      const path = `${folder}${name}`;
      if (isDirectory) yield* portableTests([`${path}/`]);
      else if (name.endsWith("_test.ts") && !isNotRun(path)) yield path;
    }
  }
}

function isNotRun(path: string): boolean {
  return Object.keys(NOT_RUN).some((start) => path.startsWith(start));
}

await asProgram(import.meta.main, async () => {
  const { passed, failed, skipped } = Deno.args.length === 0
    ? await testWindows()
    : await testTypeScript(Deno.args);
  await endWine();
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
});
