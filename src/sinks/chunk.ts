/**
 * A batch of encoded lines on their way to a receiver, with what identifies the event of each.
 */

/** What identifies the event of a line; an `Event` is one. */
export interface Mark {
  /** EventRecordID. */
  readonly recordId: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** One line of a chunk, without its separator. The bytes are the chunk's own: copy them to keep them. */
export interface Line extends Mark {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What identifies an event among all of a fleet; the same whenever it is sent. */
export function eventId(computer: string, { recordId, time }: Mark): string {
  return `${computer}-${time}-${recordId}`;
}

/** Encoded lines, each with its separator; `bytes[start]` to `bytes[end - 1]` are undelivered. */
export class Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  start = 0;
  end = 0;
  /** Lines not yet delivered; one that is delivered in part counts. */
  lines = 0;
  /** Lines given up as undeliverable; the target's `dropped` grows by them. */
  discarded = 0;
  /** Their bytes, separators included. */
  discardedBytes = 0;
  /** Why the last of them was given up. */
  discardReason = "";
  /** EventRecordIDs of all lines ever added, delivered or not. */
  readonly recordIds: number[] = [];
  /** Times of their events in milliseconds since 1970. */
  readonly times: number[] = [];
  readonly #separator: number;

  constructor(capacity: number, separator: number) {
    this.bytes = new Uint8Array(capacity);
    this.#separator = separator;
  }

  /** EventRecordID of the next line. */
  get recordId(): number {
    return this.recordIds[this.recordIds.length - this.lines];
  }

  /** Takes the next `bytes` bytes off as delivered. */
  consume(bytes: number): void {
    const { start } = this;
    this.start += bytes;
    this.lines -= this.start === this.end ? this.lines : this.#linesBetween(start, this.start);
  }

  /** Takes the next `count` lines off as delivered. */
  consumeLines(count: number): void {
    for (let i = 0; i < count; i++) this.start = this.nextLine();
    this.lines -= count;
  }

  /** Gives the next line up, for a reason told to people. */
  discardLine(reason: string): void {
    const end = this.nextLine();
    this.discardedBytes += end - this.start;
    this.discarded++;
    this.start = end;
    this.lines--;
    this.discardReason = reason;
  }

  /**
   * The undelivered lines, oldest first; they stay undelivered until they are consumed, which may be done
   * meanwhile.
   */
  *eachLine(): Generator<Line, void> {
    let start = this.start;
    for (let i = this.recordIds.length - this.lines; i < this.recordIds.length; i++) {
      const end = this.bytes.indexOf(this.#separator, start);
      yield {
        bytes: this.bytes.subarray(start, end),
        recordId: this.recordIds[i],
        time: this.times[i],
      };
      start = end + 1;
    }
  }

  /** Where the line after the next one begins. */
  nextLine(): number {
    return this.bytes.indexOf(this.#separator, this.start) + 1;
  }

  /** Where the last line that ends at or before `position` ends; `start` when there is none. */
  lastLineEnd(position: number): number {
    if (position >= this.end) return this.end;
    if (position <= this.start) return this.start;
    const separator = this.bytes.lastIndexOf(this.#separator, position - 1);
    return Math.max(separator + 1, this.start);
  }

  /** Counts encoded text, `marks[0]` to `marks[count - 1]` telling of its lines, as part of the chunk. */
  added(bytes: number, marks: readonly Mark[], count: number): void {
    this.end += bytes;
    this.lines += count;
    for (let i = 0; i < count; i++) {
      this.recordIds.push(marks[i].recordId);
      this.times.push(marks[i].time);
    }
  }

  /** Makes everything that was added undelivered again; gives how many lines that adds. */
  rewind(): number {
    const again = this.recordIds.length - this.lines;
    this.start = 0;
    this.lines = this.recordIds.length;
    return again;
  }

  /** The same chunk, to be kept: with no more room than its lines take. */
  copy(): Chunk {
    const copy = new Chunk(this.end, this.#separator);
    copy.bytes.set(this.bytes.subarray(0, this.end));
    copy.start = this.start;
    copy.end = this.end;
    copy.lines = this.lines;
    for (const recordId of this.recordIds) copy.recordIds.push(recordId);
    for (const time of this.times) copy.times.push(time);
    return copy;
  }

  /** Forgets what was discarded so far. */
  clearDiscarded(): void {
    this.discarded = 0;
    this.discardedBytes = 0;
  }

  /** Empties the chunk for its next use. */
  clear(): void {
    this.start = 0;
    this.end = 0;
    this.lines = 0;
    this.recordIds.length = 0;
    this.times.length = 0;
    this.clearDiscarded();
  }

  #linesBetween(from: number, to: number): number {
    let lines = 0;
    for (
      let at = this.bytes.indexOf(this.#separator, from);
      at >= 0 && at < to;
      at = this.bytes.indexOf(this.#separator, at + 1)
    ) {
      lines++;
    }
    return lines;
  }
}
