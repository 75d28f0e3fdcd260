/**
 * Lines to a file, with rotation, over full disks and under other programs' log rotation.
 */
import type { Chunk } from "./chunk.ts";
import { DISK_PATIENCE_MILLISECONDS, type Sender } from "./queued_target.ts";
import { OldFiles, type Rotation } from "./rotation.ts";
import { isStillAt, openForAppending } from "../files/safe_open.ts";
import { reasonOf } from "./target.ts";

const LINE_FEED = 10;
const MILLISECONDS_BETWEEN_PATH_CHECKS = 1_000;

/**
 * Appends to a file; see {@link openForAppending} for what it refuses and throws.
 *
 * A line is never torn: when the disk is full in the middle of one, the file is cut back to the
 * end of the line before, and writing is tried again until there is room. A file that another
 * program moved away or removed is made anew within a second.
 */
export class FileSender implements Sender {
  readonly separator = LINE_FEED;
  readonly longestRetryMilliseconds = 2_000;
  readonly patienceMilliseconds = DISK_PATIENCE_MILLISECONDS;
  readonly #path: string;
  readonly #rotation: Rotation | undefined;
  readonly #tell: (message: string) => void;
  #file: Deno.FsFile;
  #size = 0;
  #rotateAt = Infinity;
  /** When the file was begun, in milliseconds since 1970. */
  #since = 0;
  /** When this run began it or took it up, by a clock that nobody sets. */
  #steadySince = 0;
  readonly #oldFiles: OldFiles | undefined;
  #endsInTornLine = false;
  #pathCheckedAt = 0;

  /** Without `rotation` the file grows without limit. */
  constructor(path: string, rotation: Rotation | undefined, tell: (message: string) => void) {
    this.#path = path;
    this.#rotation = rotation;
    this.#tell = tell;
    this.#file = this.#open();
    this.#oldFiles = rotation && new OldFiles(path, rotation, tell);
  }

  async send(chunk: Chunk): Promise<void> {
    this.#followPath();
    if (this.#isOld()) this.#rotate();
    if (this.#endsInTornLine) {
      this.#size += await this.#file.write(Uint8Array.of(LINE_FEED));
      this.#endsInTornLine = false;
    }
    while (chunk.start < chunk.end) {
      const end = this.#endOfWhatFits(chunk);
      if (end === chunk.start) this.#rotate();
      else await this.#write(chunk, end);
    }
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    this.#oldFiles?.close();
    this.#file.close();
  }

  /** A wall clock that was set back must not make the file young again. */
  #isOld(): boolean {
    const age = Math.max(Date.now() - this.#since, performance.now() - this.#steadySince);
    return this.#size > 0 && age >= (this.#rotation?.age ?? Infinity);
  }

  #beginAt(milliseconds: number): void {
    this.#since = milliseconds;
    this.#steadySince = performance.now();
  }

  /** Where the lines end that may be written before rotation is due. */
  #endOfWhatFits(chunk: Chunk): number {
    const end = chunk.lastLineEnd(chunk.start + this.#rotateAt - this.#size);
    return end === chunk.start && this.#size === 0 ? chunk.nextLine() : end;
  }

  async #write(chunk: Chunk, end: number): Promise<void> {
    let position = chunk.start;
    try {
      while (position < end) {
        const written = await this.#file.write(chunk.bytes.subarray(position, end));
        position += written;
        this.#size += written;
      }
    } catch (error) {
      position -= this.#takeBack(position - chunk.lastLineEnd(position));
      throw error;
    } finally {
      chunk.consume(position - chunk.start);
    }
  }

  /** Cuts a torn line's bytes off the file; gives how many, 0 if it cannot be done. */
  #takeBack(tornBytes: number): number {
    if (tornBytes === 0) return 0;
    try {
      // Bytes that somebody else appended must stay.
      if (this.#file.statSync().size !== this.#size) return 0;
      this.#file.truncateSync(this.#size - tornBytes);
    } catch {
      return 0;
    }
    this.#size -= tornBytes;
    return tornBytes;
  }

  #rotate(): void {
    const { size, count } = this.#rotation!;
    try {
      if (count === 0) {
        this.#file.truncateSync(0);
        this.#size = 0;
        this.#beginAt(Date.now());
        return;
      }
      this.#oldFiles!.rotate();
    } catch (error) {
      this.#rotateAt = this.#size + size;
      this.#beginAt(Date.now());
      this.#tell(`cannot rotate: ${reasonOf(error)}; it grows on`);
      return;
    }
    this.#replace();
  }

  /** Goes on in a new file when ours is no longer where its path leads. */
  #followPath(): void {
    const now = performance.now();
    if (now - this.#pathCheckedAt < MILLISECONDS_BETWEEN_PATH_CHECKS) return;
    if (!isStillAt(this.#path, this.#file)) this.#replace();
    this.#pathCheckedAt = now;
  }

  #replace(): void {
    // Should opening fail, the next attempt must look again.
    this.#pathCheckedAt = -Infinity;
    const old = this.#file;
    this.#file = this.#open();
    this.#pathCheckedAt = performance.now();
    old.close();
  }

  #open(): Deno.FsFile {
    const file = openForAppending(this.#path);
    const { size, birthtime } = file.statSync();
    this.#size = size;
    // Not all file systems know when a file was made.
    this.#beginAt(birthtime?.getTime() ?? Date.now());
    this.#rotateAt = this.#rotation?.size ?? Infinity;
    this.#endsInTornLine = this.#size > 0 && lastByte(file) !== LINE_FEED;
    return file;
  }
}

function lastByte(file: Deno.FsFile): number {
  const byte = new Uint8Array(1);
  file.seekSync(-1, Deno.SeekMode.End);
  file.readSync(byte);
  return byte[0];
}
