/**
 * Numbers of written events (EventRecordID). With a state directory they grow over restarts, crashes
 * and power losses, and none is ever used twice: a block of numbers is marked as used on disk before
 * the first of it is given out.
 */
import { isNoRoom } from "../files/no_room.ts";
import { replaceWhole } from "../files/whole_file.ts";

/** Gives each written event its number. */
export interface RecordIds {
  next(): number;
  /** No number is asked for any more; those of the block that were not used are given back. */
  close(): void;
}

/** The file cannot be used; the message says what to do. */
export class RecordIdError extends Error {
  override readonly name = "RecordIdError";
}

const FILE = "record-ids";
/** About a minute of the worst storm; what a crash leaves unused. */
const BLOCK = 2 ** 20;
/** After how many numbers a disk that took nothing is tried again. */
const RETRY = 1_024;
/** Above all numbers that were counted from 1, below 2^53. */
const PER_MILLISECOND = 1_000;

/** Numbers from `first` on, known to this process alone. */
export function countedFrom(first: number): RecordIds {
  let id = first;
  return { next: () => id++, close: () => {} };
}

/** Numbers that go on where the last run that used the same directory ended. */
export class DurableRecordIds implements RecordIds {
  readonly #path: string;
  readonly #lock: Deno.FsFile;
  #next: number;
  /** The first number that is not marked as used. */
  #end: number;

  /**
   * Makes the directory, mode 0700, if it is not there.
   *
   * @param tell is told when the file was damaged, or the disk takes nothing: numbers then go on from the
   * time of day, which is above every number that was counted.
   * @throws {RecordIdError} when another process uses it, or a system error.
   */
  constructor(directory: string, tell: (message: string) => void) {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#path = `${directory}/${FILE}`;
    const options = { read: true, write: true, create: true, mode: 0o600 };
    this.#lock = Deno.openSync(`${this.#path}.lock`, options);
    try {
      if (!this.#lock.tryLockSync(true)) {
        throw new RecordIdError(
          `${
            JSON.stringify(directory)
          } is used by another process; stop it, or name another state directory`,
        );
      }
      this.#next = this.#end = this.#read(tell);
      this.#reserveFirst(tell);
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  next(): number {
    if (this.#next === this.#end) this.#reserve();
    return this.#next++;
  }

  close(): void {
    try {
      this.#write(this.#next);
    } catch {
      // What was marked as used stays so: a gap, no number twice.
    }
    this.#lock.close();
  }

  #read(tell: (message: string) => void): number {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 1;
      throw error;
    }
    const next = /^[1-9]\d{0,15}\n$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(next)) return next;
    tell(`${this.#path} is damaged; record ids go on from the time of day`);
    return fromTime();
  }

  #reserveFirst(tell: (message: string) => void): void {
    try {
      this.#mark();
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      tell(`${this.#path} cannot be written; record ids go on from the time of day`);
      this.#next = Math.max(this.#end, fromTime());
      this.#end = this.#next + RETRY;
    }
  }

  /**
   * Marks the next block as used. On a disk that is full numbers go on without: an event is worth more
   * than its number's being unique after a crash.
   */
  #reserve(): void {
    try {
      this.#mark();
    } catch {
      this.#end += RETRY;
    }
  }

  #mark(): void {
    this.#write(this.#end + BLOCK);
    this.#end += BLOCK;
  }

  #write(next: number): void {
    replaceWhole(this.#path, `${next}\n`, 0o600);
  }
}

function fromTime(): number {
  return Date.now() * PER_MILLISECOND;
}
