/** The JavaScript runtimes that go into the single files. */

import { sha256 } from "./digest.ts";
import { ROOT } from "./paths.ts";
import { isFile, run, TaskError } from "./task.ts";

/** A runtime as npm has it. */
export interface Runtime {
  readonly package: string;
  readonly version: string;
  /** Name of the executable in the package. */
  readonly executable: string;
  /** Of the executable, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Runs on x86-64 Linux with glibc. */
export const LINUX_RUNTIME: Runtime = {
  package: "@deno/linux-x64-glibc",
  version: "2.9.6",
  executable: "deno",
  sha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
};

/** Runs on x86-64 Windows. The newest that npm's mirrors had when it was pinned. */
export const WINDOWS_RUNTIME: Runtime = {
  package: "@deno/win32-x64",
  version: "2.9.5",
  executable: "deno.exe",
  sha256: "98f8c2a2d470e4ccb04c935c86ff8050817d877762aec5eaeeb9e409ccb3b9fd",
};

/**
 * Path of the pinned runtime: the one that runs this task when it is the same file, else the one
 * in build/, fetched from npm when it is not there yet.
 *
 * @throws {TaskError} when npm cannot deliver it or delivers anything else.
 */
export async function pinnedRuntime(runtime: Runtime = LINUX_RUNTIME): Promise<string> {
  const { package: name, version, executable } = runtime;
  const stem = `${name.slice(1).replace("/", "-")}-${version}`;
  const folder = `${ROOT}/build/runtime/${stem}`;
  const fetched = `${folder}/package/${executable}`;
  for (const path of [Deno.execPath(), fetched]) {
    if (await isPinned(path, runtime)) return path;
  }
  await Deno.mkdir(folder, { recursive: true });
  await run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`]);
  const archive = `${folder}/${stem}.tgz`;
  await run("tar", ["-xzf", archive, "-C", folder]);
  await Deno.remove(archive);
  if (!await isPinned(fetched, runtime)) {
    throw new TaskError(
      `npm delivered a ${name}@${version} with another SHA-256 than ${runtime.sha256}`,
    );
  }
  return fetched;
}

async function isPinned(path: string, runtime: Runtime): Promise<boolean> {
  return isFile(path) && await sha256(path) === runtime.sha256;
}
