/** Directories and small files that only root can read and that are never there by half. */
import { dirname, join } from "node:path";
import process from "node:process";

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
const RANDOM_BYTES = 8;

/** A place that somebody else could change; the message says which and what to do. */
export class UnsafePlaceError extends Error {
  override readonly name = "UnsafePlaceError";
}

/**
 * Makes the directory unless it is there; it is this user's alone then.
 *
 * @throws {UnsafePlaceError} when something else is there.
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
  const { isDirectory, uid } = Deno.lstatSync(path);
  if (!isDirectory || uid !== process.geteuid!()) {
    throw new UnsafePlaceError(`${path} is no directory of this user; move it away`);
  }
  Deno.chmodSync(path, PRIVATE_DIRECTORY);
  return made;
}

/** Gives `path` this content, whole from its first moment and still there after a loss of power. */
export function writePrivately(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
  const temporary = join(dirname(path), `.${random}.tmp`);
  const file = Deno.openSync(temporary, { write: true, createNew: true, mode: PRIVATE_FILE });
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  } finally {
    file.close();
  }
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
