/** Directories and small files that only root can read and that are never there by half. */
import process from "node:process";
import { replaceWhole } from "../files/whole_file.ts";
import { ServiceError } from "./service_error.ts";

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
/** A configuration of the largest size, kept as base64 with a few words more. */
const MOST_BYTES = 16 * 2 ** 20;

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

/**
 * Gives `path` this content, whole from its first moment and still there after a loss of power.
 *
 * @throws {ServiceError} when it cannot be written; the system does not always say where
 */
export function writePrivately(path: string, content: Uint8Array | string): void {
  try {
    replaceWhole(path, content, PRIVATE_FILE);
  } catch (error) {
    throw new ServiceError(`cannot write ${path}: ${(error as Error).message}`);
  }
}

/**
 * The file's bytes, or undefined when there is none.
 *
 * @throws {ServiceError} for what is no file, or none of ours: nobody is to wait for a pipe
 */
export function readIfThere(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new ServiceError(`${path} is no regular file; move it away`);
    if (size > MOST_BYTES) {
      throw new ServiceError(`${path} has ${size} bytes; at most ${MOST_BYTES} are read`);
    }
    return Deno.readFileSync(path);
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isAbsent) return undefined;
    throw error;
  }
}

/** The types that each value of an object may have, as `typeof` names them, and "null". */
export type Shape<T> = { readonly [Key in keyof T]: readonly string[] };

/** The object in the file; undefined when there is none or it is damaged. */
export function readJson<T extends object>(path: string, shape: Shape<T>): T | undefined {
  const bytes = readIfThere(path);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const values = new Map(Object.entries(value));
  const isWhole = Object.entries<readonly string[]>(shape).every(([key, types]) => {
    const one = values.get(key);
    return types.includes(one === null ? "null" : typeof one);
  });
  return isWhole ? value as T : undefined;
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
