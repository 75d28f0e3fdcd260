/**
 * Small files that nobody ever sees by half: a new file beside the old one takes its name.
 */
import { dirname, join } from "node:path";

const RANDOM_BYTES = 8;
/** How long somebody may take to read the old file, and how often is looked whether he has. */
const [READING_MS, LOOK_EVERY_MS] = [2000, 5];

/**
 * Gives `path` this content and mode (less the umask); after a loss of power the old file is there or the
 * new one.
 *
 * @throws a system error; then the old one is there, and nothing else.
 */
export function replaceWhole(path: string, content: Uint8Array | string, mode: number): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = writeBeside(path, bytes, mode);
  try {
    replace(path, temporary);
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Windows may refuse it as long as somebody has the old file open. */
function replace(path: string, by: string): void {
  const begin = performance.now();
  for (;;) {
    try {
      return Deno.renameSync(by, path);
    } catch (error) {
      const mayPass = Deno.build.os === "windows" && isInUse(error);
      if (!mayPass || performance.now() - begin > READING_MS) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.Busy;
}

/**
 * Writes a file of a name of its own into the folder of `path`, on the disk itself, and returns its path.
 *
 * @throws a system error; then there is no such file.
 */
export function writeBeside(path: string, content: Uint8Array, mode: number): string {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)).toHex();
  const temporary = join(dirname(path), `.monomi-${random}.tmp`);
  const file = Deno.openSync(temporary, { write: true, createNew: true, mode });
  try {
    for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
    file.syncSync();
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  } finally {
    file.close();
  }
  return temporary;
}

/** A name is on the disk itself only when its directory is; Windows does that by itself. */
function syncDirectory(path: string): void {
  if (Deno.build.os === "windows") return;
  using directory = Deno.openSync(path);
  directory.syncSync();
}
