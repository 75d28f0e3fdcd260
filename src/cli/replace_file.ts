/** Writes a file so that nobody ever sees half of it: a new file beside it takes its name. */
import { escapeUnprintable } from "../config/mod.ts";
import { lstatIfThere } from "../files/safe_open.ts";
import { writeBeside } from "../files/whole_file.ts";
import { readFailure } from "./configuration.ts";

/** A file was not written; what was there is untouched. The message says why. */
export class NotWrittenError extends Error {
  override readonly name = "NotWrittenError";
}

/**
 * Gives `path` this content. A new file gets the mode that the umask allows; one that is there keeps
 * its mode and owner.
 *
 * @throws {NotWrittenError} if it cannot be written, if there is something else than a regular file,
 * a symbolic link, or a file with further hard links, which would be torn apart; or if it is no
 * longer the file that `seen` describes
 */
export function replaceFile(path: string, content: Uint8Array, seen?: Deno.FileInfo): void {
  const shown = escapeUnprintable(path);
  try {
    const before = lstatIfThere(path);
    const obstacle = before && obstacleTo(before);
    if (obstacle !== undefined) throw new NotWrittenError(`${shown} ${obstacle}`);
    if (seen !== undefined && (before === undefined || !isSameState(before, seen))) {
      throw new NotWrittenError(`${shown} has been changed by somebody else; nothing is written`);
    }
    replace(path, content, before);
  } catch (error) {
    if (error instanceof NotWrittenError) throw error;
    throw new NotWrittenError(`cannot write ${shown}: ${readFailure(error)}`);
  }
}

/**
 * Makes a file with this content, whole from its first moment.
 *
 * @throws {NotWrittenError} if it cannot be written, or if there is anything at `path`
 */
export function createFile(path: string, content: Uint8Array): void {
  const shown = escapeUnprintable(path);
  try {
    if (lstatIfThere(path) !== undefined) throw new Deno.errors.AlreadyExists();
    const temporary = writeBeside(path, content, 0o666);
    try {
      // Unlike renaming, this fails when somebody else has made the file in the meantime.
      Deno.linkSync(temporary, path);
    } finally {
      Deno.removeSync(temporary);
    }
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new NotWrittenError(`${shown} is there already`);
    }
    throw new NotWrittenError(`cannot write ${shown}: ${readFailure(error)}`);
  }
}

function obstacleTo(info: Deno.FileInfo): string | undefined {
  if (info.isSymlink) return "is a symbolic link; name the file that it leads to";
  if (!info.isFile) return "is not a regular file";
  if (info.nlink !== null && info.nlink > 1) return "has other hard links; copy it first";
  return undefined;
}

function replace(path: string, content: Uint8Array, before: Deno.FileInfo | undefined): void {
  // Until it has the mode of the file that it replaces, nobody else is to read it.
  const temporary = writeBeside(path, content, before === undefined ? 0o666 : 0o600);
  try {
    if (before !== undefined) takeOver(temporary, before);
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  }
}

/** Owner first: changing it takes special mode bits away. Windows has neither. */
function takeOver(temporary: string, { uid, gid, mode }: Deno.FileInfo): void {
  if (uid === null || gid === null || mode === null) return;
  const created = Deno.statSync(temporary);
  if (created.uid !== uid || created.gid !== gid) Deno.chownSync(temporary, uid, gid);
  Deno.chmodSync(temporary, mode & 0o7777);
}

function isSameState(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size &&
    a.mtime?.getTime() === b.mtime?.getTime();
}
