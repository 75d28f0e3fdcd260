/**
 * Rotation of output files by name: `events`, `events.1`, `events.2`, the highest the oldest; those that
 * are compressed end with `.gz`.
 */
import { basename, dirname } from "node:path";
import { lstatIfThere, removeFile } from "../files/safe_open.ts";
import { reasonOf } from "./target.ts";

/** When a file is rotated and what is kept. */
export interface Rotation {
  /** Bytes that the file may hold; a single longer line gets a file of its own. */
  readonly size: number;
  /** Old files kept (`events.1` … `events.COUNT`); 0 empties the file instead. */
  readonly count: number;
  /** Milliseconds after which a file that is not empty is rotated with the next line. */
  readonly age?: number;
  /** Old files are compressed. */
  readonly gzip?: boolean;
  /** Bytes that the file and its old ones may have together; not below twice `size`. */
  readonly total?: number;
}

const ENDS = ["", ".gz"] as const;
const PART = ".gz.part";
const NUMBER = /^([1-9]\d*)(?:\.gz)?$/;
/** The number of a file that was removed while it was compressed. */
const GONE = Infinity;

/** A compression that is under way. */
interface Job {
  /** Of the file that is compressed; rotations raise it. */
  number: number;
  readonly abort: AbortController;
}

/** The files that `path` was before. */
export class OldFiles {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #tell: (message: string) => void;
  #job: Job | undefined;
  #isClosed = false;

  /** Takes what an earlier run left as it is, but for what it had not compressed yet. */
  constructor(path: string, rotation: Rotation, tell: (message: string) => void) {
    this.#path = path;
    this.#rotation = rotation;
    this.#tell = tell;
    this.#compress();
  }

  /**
   * Moves `path` to `path.1`, `path.1` to `path.2` and so on; the oldest, `path.COUNT`, is removed, and
   * so are those that exceed the total.
   *
   * @throws the system error of a move that failed; nothing is lost by it, and the numbers below it
   * stay as they were.
   */
  rotate(): void {
    const { count } = this.#rotation;
    const oldest = this.#oldest();
    if (oldest === count) {
      for (const end of ENDS) removeFile(this.#at(count, end));
      if (this.#job?.number === count) this.#job.number = GONE;
    }
    const last = Math.min(oldest + 1, count);
    for (let number = last; number >= 1; number--) {
      const ends = number === 1 ? [""] as const : ENDS;
      for (const end of ends) {
        const from = number === 1 ? this.#path : this.#at(number - 1, end);
        try {
          Deno.renameSync(from, this.#at(number, end));
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
      if (this.#job?.number === number - 1) this.#job.number = number;
    }
    this.#keepTotal(last);
    this.#compress();
  }

  /** Ends a compression; the next run begins it anew. */
  close(): void {
    this.#isClosed = true;
    this.#job?.abort.abort();
  }

  #at(number: number, end: string): string {
    return `${this.#path}.${number}${end}`;
  }

  /** The highest number of an old file, or of the one that is compressed; 0 when there is none. */
  #oldest(): number {
    const { count } = this.#rotation;
    const compressed = this.#job?.number ?? 0;
    let oldest = compressed === GONE ? 0 : compressed;
    const start = `${basename(this.#path)}.`;
    try {
      for (const { name } of Deno.readDirSync(dirname(this.#path))) {
        if (!name.startsWith(start)) continue;
        const number = Number(NUMBER.exec(name.slice(start.length))?.[1]);
        if (number > oldest && number <= count) oldest = number;
      }
      return oldest;
    } catch {
      // Not every directory that can be written can be listed.
      return count;
    }
  }

  #keepTotal(last: number): void {
    const { total, size } = this.#rotation;
    if (total === undefined) return;
    let left = total - size;
    for (let number = 1; number <= last; number++) {
      for (const end of ENDS) {
        const path = this.#at(number, end);
        left -= lstatIfThere(path)?.size ?? 0;
        if (left < 0) removeFile(path);
      }
    }
  }

  /** Compresses one old file after the other, the oldest first; a failure is told, and ends it. */
  async #compress(): Promise<void> {
    if (!this.#rotation.gzip || this.#job !== undefined) return;
    try {
      for (let number = this.#oldest(); number >= 1 && !this.#isClosed; number--) {
        if (!lstatIfThere(this.#at(number, ""))?.isFile) continue;
        this.#job = { number, abort: new AbortController() };
        await this.#compressOne(this.#job);
        this.#job = undefined;
        // Rotations may have moved what is left to higher numbers.
        number = this.#oldest() + 1;
      }
    } catch (error) {
      this.#job = undefined;
      if (!this.#isClosed) this.#tell(`cannot compress an old file: ${reasonOf(error)}`);
    }
  }

  async #compressOne(job: Job): Promise<void> {
    const part = this.#path + PART;
    removeFile(part);
    try {
      // At once: the next rotation gives the number to another file.
      using from = Deno.openSync(this.#at(job.number, ""));
      using to = Deno.openSync(part, { write: true, createNew: true, mode: 0o600 });
      await from.readable.pipeThrough(new CompressionStream("gzip"))
        .pipeTo(to.writable, { signal: job.abort.signal });
      const plain = this.#at(job.number, "");
      // It may have been removed meanwhile, by us or by others.
      if (lstatIfThere(plain) === undefined) removeFile(part);
      else Deno.renameSync(part, this.#at(job.number, ".gz"));
      removeFile(plain);
    } catch (error) {
      removeIfPossible(part);
      throw error;
    }
  }
}

/** For what the next run removes, too. */
function removeIfPossible(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Why it was to be removed is what is told.
  }
}
