/** Directories and small files that only root can read and that are never there by half. */
import process from "node:process";
import { replaceWhole } from "../files/whole_file.ts";
import { ServiceError } from "./service_error.ts";

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Makes the directory unless it is there; it is this user's alone then. On Windows it has the access
 * list of the directory that it lies in, which must be private itself.
 *
 * @throws {ServiceError} when something else is there.
 * @returns whether it was made.
 */
export function makePrivateDirectory(path: string): boolean {
  let made = true;
  try {
    Deno.mkdirSync(path, { mode: PRIVATE_DIRECTORY });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    made = false;
  }
  const { isDirectory, uid, mode } = Deno.lstatSync(path);
  if (Deno.build.os === "windows") {
    if (isDirectory) return made;
    throw new ServiceError(`${path} is no directory, or leads elsewhere; move it away`);
  }
  if (!isDirectory || uid !== process.geteuid!()) {
    throw new ServiceError(`${path} is no directory of this user; move it away`);
  }
  // A sensor that protects this directory tells of every change of mode, of one to the same mode, too.
  if ((mode! & 0o7777) !== PRIVATE_DIRECTORY) Deno.chmodSync(path, PRIVATE_DIRECTORY);
  return made;
}

/** Gives `path` this content, whole from its first moment and still there after a loss of power. */
export function writePrivately(path: string, content: Uint8Array | string): void {
  replaceWhole(path, content, PRIVATE_FILE);
}

/** The file's bytes, or undefined when there is none. */
export function readIfThere(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The file as JSON; undefined when there is none or it is damaged. */
export function readJson<T>(path: string): T | undefined {
  const bytes = readIfThere(path);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whether a regular file is there, or a link leads to one. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether both are the same; Windows does not tell upper from lower case. */
export function isSamePath(path: string, other: string): boolean {
  return path === other ||
    (Deno.build.os === "windows" && path.toLowerCase() === other.toLowerCase());
}

/** Removes a file or a directory with all in it; whether there was one. */
export function removeIfThere(path: string): boolean {
  try {
    Deno.removeSync(path, { recursive: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
