/** The JavaScript runtime that goes into the single file. */

import { sha256 } from "./digest.ts";
import { ROOT } from "./paths.ts";
import { isFile, run, TaskError } from "./task.ts";

const PACKAGE = "@deno/linux-x64-glibc";
const VERSION = "2.9.6";
const SHA256 = "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0";

const FOLDER = `${ROOT}/build/runtime`;

/**
 * Path of the pinned runtime: the one that runs this task when it is the same file, else the one
 * in build/, fetched from npm when it is not there yet.
 *
 * @throws {TaskError} when npm cannot deliver it or delivers anything else.
 */
export async function pinnedRuntime(): Promise<string> {
  const fetched = `${FOLDER}/package/deno`;
  for (const path of [Deno.execPath(), fetched]) {
    if (await isPinned(path)) return path;
  }
  await Deno.mkdir(FOLDER, { recursive: true });
  await run("npm", ["pack", "--silent", "--pack-destination", FOLDER, `${PACKAGE}@${VERSION}`]);
  const archive = `${FOLDER}/${PACKAGE.slice(1).replace("/", "-")}-${VERSION}.tgz`;
  await run("tar", ["-xzf", archive, "-C", FOLDER]);
  await Deno.remove(archive);
  if (!await isPinned(fetched)) {
    throw new TaskError(
      `npm delivered a ${PACKAGE}@${VERSION} with another SHA-256 than ${SHA256}`,
    );
  }
  return fetched;
}

async function isPinned(path: string): Promise<boolean> {
  return isFile(path) && await sha256(path) === SHA256;
}
