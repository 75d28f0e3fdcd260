/**
 * Lines on their way to a target: encoded as UTF-8 into large chunks, bounded in bytes.
 */

const CHUNK_BYTES = 256 * 1024;
const BLOCK_CHARACTERS = 16 * 1024;
const MOST_BYTES_PER_CHARACTER = 3;
/** Enough for a full queue: garbage of this size is freed too late to keep memory bounded. */
const POOLED_CHUNKS = 32;

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
  readonly #separator: number;

  constructor(capacity: number, separator: number) {
    this.bytes = new Uint8Array(capacity);
    this.#separator = separator;
  }

  /** Takes the next `bytes` bytes off as delivered. */
  consume(bytes: number): void {
    const { start } = this;
    this.start += bytes;
    this.lines -= this.start === this.end ? this.lines : this.#linesBetween(start, this.start);
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

/**
 * A first-in first-out queue of encoded lines. It takes lines until about `limitBytes` bytes wait
 * (text outside ASCII may exceed it by one block of 48 KiB) and refuses the rest.
 */
export class LineQueue {
  /** Bytes taken and not yet reported delivered through {@link settle}. */
  bytes = 0;
  readonly #limitBytes: number;
  readonly #separator: number;
  readonly #separatorText: string;
  readonly #chunks: Chunk[] = [];
  readonly #pool: Chunk[] = [];
  readonly #encoder = new TextEncoder();

  constructor(limitBytes: number, separator: number) {
    this.#limitBytes = limitBytes;
    this.#separator = separator;
    this.#separatorText = String.fromCharCode(separator);
  }

  /** Takes `lines[0]` to `lines[count - 1]`, each behind `prefix`; returns how many it refused. */
  add(lines: readonly string[], count: number, prefix: string): number {
    let refused = 0;
    let block = "";
    let blockLines = 0;
    for (let i = 0; i < count; i++) {
      const line = lines[i];
      const length = prefix.length + line.length + 1;
      if (this.bytes + block.length + length > this.#limitBytes) {
        refused++;
        continue;
      }
      block += prefix + line + this.#separatorText;
      blockLines++;
      if (block.length >= BLOCK_CHARACTERS) {
        this.#encode(block, blockLines);
        block = "";
        blockLines = 0;
      }
    }
    if (blockLines > 0) this.#encode(block, blockLines);
    return refused;
  }

  /** Takes the oldest chunk out; its bytes stay counted until they are settled. */
  take(): Chunk | undefined {
    return this.#chunks.shift();
  }

  /** Counts `bytes` bytes as gone. */
  settle(bytes: number): void {
    this.bytes -= bytes;
  }

  /** Gives a chunk back that {@link take} gave out. */
  recycle(chunk: Chunk): void {
    if (chunk.bytes.length === CHUNK_BYTES && this.#pool.length < POOLED_CHUNKS) {
      chunk.clear();
      this.#pool.push(chunk);
    }
  }

  #encode(block: string, lines: number): void {
    const needed = block.length * MOST_BYTES_PER_CHARACTER;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.bytes.length - chunk.end < needed) {
      chunk = needed > CHUNK_BYTES
        ? new Chunk(needed, this.#separator)
        : this.#pool.pop() ?? new Chunk(CHUNK_BYTES, this.#separator);
      this.#chunks.push(chunk);
    }
    const { written } = this.#encoder.encodeInto(block, chunk.bytes.subarray(chunk.end));
    chunk.end += written;
    chunk.lines += lines;
    this.bytes += written;
  }
}
