/**
 * Opens output files in places where others may write too.
 */
import process from "node:process";

/** Why an output path was refused; the message says what to do. */
export class RefusedPathError extends Error {
  override readonly name = "RefusedPathError";
}

const MOST_ATTEMPTS = 10;

/**
 * Opens `path` for appending and reading, and creates it with mode 0600 if it does not exist. It is
 * never created, and nothing is ever written, through a symbolic link.
 *
 * @throws {RefusedPathError} if it is a symbolic link, not a regular file, has further hard links,
 * or belongs to somebody else than this process or root.
 * @throws a system error if it cannot be opened.
 */
export function openForAppending(path: string): Deno.FsFile {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const before = lstatIfThere(path);
    if (before !== undefined) refuseUnlessOurs(path, before);
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(path, {
        read: true,
        append: true,
        createNew: before === undefined,
        mode: 0o600,
      });
    } catch (error) {
      const changedMeanwhile = before === undefined
        ? error instanceof Deno.errors.AlreadyExists
        : error instanceof Deno.errors.NotFound;
      if (changedMeanwhile) continue;
      throw error;
    }
    try {
      // What was opened is what counts, should the path lead elsewhere than a moment ago.
      refuseUnlessOurs(path, file.statSync());
      if (isStillAt(path, file)) return file;
      file.close();
    } catch (error) {
      file.close();
      throw error;
    }
  }
  throw new RefusedPathError(
    `${JSON.stringify(path)} keeps changing; name a file in a directory that others cannot write`,
  );
}

/** Whether `path` still leads to this open file, and not through a symbolic link. */
export function isStillAt(path: string, file: Deno.FsFile): boolean {
  const there = lstatIfThere(path);
  if (there === undefined) return false;
  const ours = file.statSync();
  return there.ino === ours.ino && there.dev === ours.dev;
}

/** What stands at the path itself, a symbolic link included. */
export function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function refuseUnlessOurs(path: string, info: Deno.FileInfo): void {
  const refuse = (why: string, advice: string) => {
    throw new RefusedPathError(`${JSON.stringify(path)} ${why}; ${advice}`);
  };
  if (info.isSymlink) refuse("is a symbolic link", "name the file itself");
  if (!info.isFile) refuse("is not a regular file", "name a file, or - for standard output");
  if (info.nlink !== null && info.nlink > 1) {
    refuse("has other hard links", "remove them or name another file");
  }
  const user = process.geteuid?.();
  if (user !== undefined && info.uid !== user && info.uid !== 0) {
    refuse(`belongs to user ${info.uid}`, `change its owner to ${user} or name another file`);
  }
}

/** Removes a file if there is one; a directory is an error. @throws a system error. */
export function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
