/**
 * Chunks on disk, in order, until the receiver has confirmed them: a directory of append-only segments.
 *
 * The newest segment is written, the oldest are removed once everything in them is confirmed. Line
 * numbers go on through all segments and restarts, so that a gap tells exactly how many lines are
 * missing.
 */
import type { Chunk } from "../chunk.ts";
import type { SpoolFull } from "../spec.ts";
import { type Position, SpoolDirectory } from "./directory.ts";
import { encodeFrame, frameBytes } from "./frame.ts";
import { type Found, readFrames, wholeFrames } from "./segment.ts";

/** Settings of a spool. */
export interface SpoolOptions {
  /** The byte that ends each line. */
  readonly separator: number;
  /** Bytes on disk. */
  readonly limitBytes: number;
  readonly full: SpoolFull;
}

/** What a spool had to give up, in lines. */
export interface SpoolLosses {
  /** By the limit. */
  full: number;
  /** By damage. */
  damaged: number;
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** Number of its first line; of earlier runs' segments it has to be read. */
  firstLine?: number;
}

const LARGEST_SEGMENT_BYTES = 8 * 2 ** 20;
const SMALLEST_SEGMENT_BYTES = 128 * 2 ** 10;
const SEGMENTS_AT_THE_LIMIT = 8;
const MILLISECONDS_BETWEEN_PATH_CHECKS = 1_000;

/** A first-in first-out store of chunks that survives the process. */
export class Spool {
  readonly losses: SpoolLosses = { full: 0, damaged: 0 };
  /** Bytes that a crash had left at the end of the newest segment, and that were cut off. */
  readonly tornBytes: number;
  readonly #directory: SpoolDirectory;
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  #file: Deno.FsFile | undefined;
  #nextLine: number;
  #cursor: Position;
  #confirmed: Position;
  #savedLine = -1;
  #isDirty = false;
  #pathCheckedAt = performance.now();

  /**
   * Opens what is at `path`, or makes it.
   *
   * @throws {RefusedPathError} and system errors.
   */
  constructor(path: string, options: SpoolOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(
      Math.max(Math.floor(options.limitBytes / SEGMENTS_AT_THE_LIMIT), SMALLEST_SEGMENT_BYTES),
      LARGEST_SEGMENT_BYTES,
    );
    this.#directory = new SpoolDirectory(path);
    try {
      this.#segments = this.#directory.segments().map((number) => ({
        number,
        bytes: Deno.statSync(this.#directory.segmentPath(number)).size,
      }));
      const saved = this.#directory.readPosition();
      const { end, tornBytes } = this.#repair();
      this.tornBytes = tornBytes;
      this.#confirmed = this.#resume(saved);
      this.#cursor = this.#confirmed;
      this.#nextLine = Math.max(end, this.#confirmed.line, saved?.line ?? 0);
      this.#removeConfirmed();
    } catch (error) {
      this.#directory.close();
      throw error;
    }
  }

  /** Lines that were appended and not yet taken. */
  get lines(): number {
    return this.#nextLine - this.#cursor.line;
  }

  /** Number of the oldest line that is kept. */
  get firstLine(): number {
    return this.#confirmed.line;
  }

  /** Number of the line that is appended next. */
  get nextLine(): number {
    return this.#nextLine;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Where {@link take} goes on. */
  get cursor(): Position {
    return this.#cursor;
  }

  /**
   * Appends a chunk's lines; false when the limit refuses them, which is counted.
   *
   * @throws a system error when the disk does not take them; then nothing of them is there.
   */
  async append(chunk: Chunk): Promise<boolean> {
    const bytes = frameBytes(chunk);
    if (!this.#makeRoom(bytes)) {
      this.losses.full += chunk.lines;
      return false;
    }
    this.#followPath();
    let segment = this.#segments.at(-1);
    if (
      this.#file === undefined || segment === undefined ||
      (segment.bytes > 0 && segment.bytes + bytes > this.#segmentBytes)
    ) {
      segment = await this.#roll();
    }
    const frame = encodeFrame(chunk, this.#nextLine);
    const file = this.#file!;
    try {
      for (let at = 0; at < frame.length;) at += await file.write(frame.subarray(at));
    } catch (error) {
      await this.#cutBack(file, segment.bytes);
      throw error;
    }
    if (segment.bytes === 0) segment.firstLine = this.#nextLine;
    segment.bytes += frame.length;
    this.#nextLine += chunk.lines;
    this.#isDirty = true;
    return true;
  }

  /** What comes next, small chunks together, or undefined when everything was taken. */
  async take(): Promise<Chunk | undefined> {
    for (;;) {
      const from = this.#cursor;
      const index = this.#segments.findIndex(({ number }) => number >= from.segment);
      const segment = this.#segments[index];
      const offset = segment?.number === from.segment ? from.offset : 0;
      if (
        segment === undefined || (offset >= segment.bytes && index === this.#segments.length - 1)
      ) {
        this.#skipTo({ ...from, offset: segment === undefined ? 0 : offset }, this.#nextLine);
        return undefined;
      }
      let found: Found | undefined;
      if (offset < segment.bytes) {
        const path = this.#directory.segmentPath(segment.number);
        found = await readFrames(path, offset, segment.bytes, this.#options.separator);
      }
      // The limit may have dropped this very segment meanwhile.
      if (this.#cursor !== from) continue;
      if (found === undefined) {
        const next = this.#segments[index + 1]?.number;
        this.#cursor = next === undefined
          ? { segment: segment.number, offset: segment.bytes, line: from.line }
          : { segment: next, offset: 0, line: from.line };
        continue;
      }
      const { firstLine, end, chunk } = found;
      this.#skipTo({ segment: segment.number, offset: end, line: from.line }, firstLine);
      this.#cursor = { ...this.#cursor, line: firstLine + chunk.lines };
      return chunk;
    }
  }

  /** Has {@link take} pass over a chunk that was just appended and is handed over without it. */
  skip(chunk: Chunk): Position {
    const segment = this.#segments.at(-1)!;
    const before = this.#cursor;
    this.#cursor = {
      segment: segment.number,
      offset: segment.bytes,
      line: this.#cursor.line + chunk.lines,
    };
    return before;
  }

  /** Has {@link take} begin again at an earlier place. */
  rewind(position: Position): void {
    const oldest = this.#segments[0];
    this.#cursor = oldest !== undefined && position.segment < oldest.number
      ? this.#confirmed
      : position;
  }

  /** Everything before `position` need not be kept any more. */
  confirm(position: Position): void {
    if (position.line < this.#confirmed.line) return;
    this.#confirmed = position;
    this.#removeConfirmed();
  }

  /** Saves what is confirmed. @throws a system error. */
  savePosition(): void {
    if (this.#confirmed.line === this.#savedLine) return;
    this.#directory.savePosition(this.#confirmed);
    this.#savedLine = this.#confirmed.line;
  }

  /** Brings what was appended to the disk itself. */
  async sync(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    await this.#file?.syncData();
  }

  /** Saves the position and lets go of the directory; what is left stays for the next run. */
  close(): void {
    try {
      this.savePosition();
      if (this.#nextLine > this.#confirmed.line) this.#file?.syncDataSync();
    } finally {
      this.#file?.close();
      this.#directory.close();
    }
  }

  /** Goes to `position`; lines up to `line` that were not found are lost. */
  #skipTo(position: Position, line: number): void {
    this.losses.damaged += Math.max(line - position.line, 0);
    this.#cursor = { ...position, line };
  }

  /** Cuts a torn end off and finds out where line numbers go on. */
  #repair(): { end: number; tornBytes: number } {
    let end = 0;
    let tornBytes = 0;
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      const segment = this.#segments[i];
      const path = this.#directory.segmentPath(segment.number);
      const whole = wholeFrames(path);
      if (i === this.#segments.length - 1 && whole.bytes < segment.bytes) {
        tornBytes = segment.bytes - whole.bytes;
        Deno.truncateSync(path, whole.bytes);
        segment.bytes = whole.bytes;
      }
      end = Math.max(end, whole.endLine);
      if (end > 0) break;
    }
    return { end, tornBytes };
  }

  /** Where delivery goes on after what was saved. */
  #resume(saved: Position | undefined): Position {
    const oldest = this.#segments[0]?.number;
    if (saved === undefined) return { segment: oldest ?? 1, offset: 0, line: this.#firstLine() };
    if (oldest === undefined) return { segment: saved.segment + 1, offset: 0, line: saved.line };
    return saved.segment >= oldest ? saved : { segment: oldest, offset: 0, line: saved.line };
  }

  #firstLine(): number {
    for (const { number } of this.#segments) {
      const { firstLine } = wholeFrames(this.#directory.segmentPath(number));
      if (firstLine !== undefined) return firstLine;
    }
    return 0;
  }

  #firstLineOf(segment: Segment | undefined): number | undefined {
    if (segment === undefined || segment.firstLine !== undefined) return segment?.firstLine;
    return wholeFrames(this.#directory.segmentPath(segment.number), 1).firstLine;
  }

  /** Goes on in a new directory when ours was moved away or removed; what is in the old one is lost. */
  #followPath(): void {
    const now = performance.now();
    if (now - this.#pathCheckedAt < MILLISECONDS_BETWEEN_PATH_CHECKS) return;
    if (this.#directory.restore()) {
      this.#file?.close();
      this.#file = undefined;
      this.#savedLine = -1;
    }
    this.#pathCheckedAt = now;
  }

  #makeRoom(bytes: number): boolean {
    const { limitBytes, full } = this.#options;
    if (bytes > limitBytes) return false;
    while (this.bytes + bytes > limitBytes) {
      if (full === "newest" || this.#segments.length === 0) return false;
      this.#dropOldest();
    }
    return true;
  }

  #dropOldest(): void {
    const [oldest, next] = this.#segments;
    this.#segments.shift();
    this.#directory.removeSegment(oldest.number);
    if (next === undefined) {
      this.#file?.close();
      this.#file = undefined;
    }
    if (this.#cursor.segment > oldest.number) return;
    const line = this.#firstLineOf(next) ?? this.#nextLine;
    this.losses.full += Math.max(line - this.#cursor.line, 0);
    const segment = next?.number ?? oldest.number + 1;
    this.#cursor = { segment, offset: 0, line: Math.max(line, this.#cursor.line) };
    this.#confirmed = this.#cursor;
    // A restart would count them for another time, as damage.
    this.savePosition();
  }

  async #roll(): Promise<Segment> {
    const number = Math.max(this.#segments.at(-1)?.number ?? 0, this.#cursor.segment) + 1;
    const old = this.#file;
    this.#directory.restore();
    this.#file = this.#directory.createSegment(number);
    const segment = { number, bytes: 0 };
    this.#segments.push(segment);
    if (old !== undefined) {
      if (this.lines > 0) await old.syncData().catch(() => {});
      old.close();
    }
    this.#removeConfirmed();
    return segment;
  }

  async #cutBack(file: Deno.FsFile, bytes: number): Promise<void> {
    try {
      await file.truncate(bytes);
      await file.seek(bytes, Deno.SeekMode.Start);
    } catch {
      // A frame that is not whole is passed over; the next one gets a segment of its own.
      this.#file = undefined;
      file.close();
    }
  }

  #removeConfirmed(): void {
    // The one that is written stays, however little is left in it.
    while (this.#segments.length > 0) {
      const [oldest] = this.#segments;
      const isWritten = this.#segments.length === 1 && this.#file !== undefined;
      const { segment, offset } = this.#confirmed;
      const isDone = segment > oldest.number ||
        (segment === oldest.number && offset >= oldest.bytes);
      if (isWritten || !isDone) return;
      this.#segments.shift();
      this.#directory.removeSegment(oldest.number);
    }
  }
}
