/**
 * The private directory of one spool: its lock, its segments, its read position.
 */
import process from "node:process";
import { crc32 } from "node:zlib";
import { isStillAt, RefusedPathError } from "../../files/safe_open.ts";

/** A place in a spool: everything before it is delivered. */
export interface Position {
  /** Number of the segment. */
  readonly segment: number;
  /** Bytes into it. */
  readonly offset: number;
  /** Number of the next line. */
  readonly line: number;
}

const SEGMENT = /^(\d{12})\.spool$/;
const POSITION = "position";

/** A spool's directory, locked for as long as it is open. */
export class SpoolDirectory {
  readonly path: string;
  #lock: Deno.FsFile;

  /**
   * Makes it, mode 0700, if it is not there.
   *
   * @throws {RefusedPathError} if others could write there, or another process uses it.
   */
  constructor(path: string) {
    this.path = path;
    this.#lock = openLocked(path);
  }

  /**
   * Makes it anew where somebody has moved it away or removed it.
   *
   * @returns whether it was.
   * @throws as the constructor.
   */
  restore(): boolean {
    if (isStillAt(lockIn(this.path), this.#lock)) return false;
    const old = this.#lock;
    this.#lock = openLocked(this.path);
    old.close();
    return true;
  }

  /** Numbers of the segments that are there, oldest first. */
  segments(): number[] {
    const numbers = [];
    for (const { name, isFile } of Deno.readDirSync(this.path)) {
      const match = SEGMENT.exec(name);
      if (match !== null && isFile) numbers.push(Number(match[1]));
    }
    return numbers.sort((a, b) => a - b);
  }

  /** The path of a segment. */
  segmentPath(number: number): string {
    return `${this.path}/${String(number).padStart(12, "0")}.spool`;
  }

  /** Makes a segment that is not there yet. */
  createSegment(number: number): Deno.FsFile {
    return openPrivate(this.segmentPath(number), { write: true, createNew: true });
  }

  /** Removes a segment; one that cannot be removed is delivered again after a restart. */
  removeSegment(number: number): void {
    try {
      Deno.removeSync(this.segmentPath(number));
    } catch {
      // What was lost from outside is gone all the same.
    }
  }

  /** The position that was saved last, or undefined if there is none that is intact. */
  readPosition(): Position | undefined {
    try {
      const [text, checksum] = Deno.readTextFileSync(`${this.path}/${POSITION}`).trim().split("\t");
      return Number(checksum) === crc32(text) ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Saves the position: after a crash the old one is there or the new one. */
  savePosition(position: Position): void {
    const text = JSON.stringify(position);
    const fresh = `${this.path}/${POSITION}.new`;
    const file = openPrivate(fresh, { write: true, create: true, truncate: true });
    try {
      file.writeSync(new TextEncoder().encode(`${text}\t${crc32(text)}\n`));
    } finally {
      file.close();
    }
    Deno.renameSync(fresh, `${this.path}/${POSITION}`);
  }

  /** Unlocks it. */
  close(): void {
    this.#lock.close();
  }
}

function lockIn(path: string): string {
  return `${path}/lock`;
}

/** The directory's lock; the directory is made where it is not there. */
function openLocked(path: string): Deno.FsFile {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  refuseUnlessPrivate(path);
  const lock = openPrivate(lockIn(path), { read: true, write: true, create: true });
  if (lock.tryLockSync(true)) return lock;
  lock.close();
  const shown = JSON.stringify(path);
  throw new RefusedPathError(
    `${shown} is used by another process; stop it, or give this one another state directory`,
  );
}

function openPrivate(path: string, options: Deno.OpenOptions): Deno.FsFile {
  return Deno.openSync(path, { ...options, mode: 0o600 });
}

function refuseUnlessPrivate(path: string): void {
  const refuse = (why: string) => {
    throw new RefusedPathError(`${JSON.stringify(path)} ${why}; make it private, or name another`);
  };
  const { isDirectory, uid, mode } = Deno.lstatSync(path);
  if (!isDirectory) refuse("is not a directory");
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (uid !== user) refuse(`belongs to user ${uid}`);
  if (mode !== null && (mode & 0o022) !== 0) refuse("can be written by others");
}
