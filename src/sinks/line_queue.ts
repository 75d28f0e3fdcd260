/**
 * Lines on their way to a target: encoded as UTF-8 into large chunks, bounded in bytes.
 */
import { Chunk, type Mark } from "./chunk.ts";

const CHUNK_BYTES = 256 * 1024;
const BLOCK_CHARACTERS = 16 * 1024;
const MOST_BYTES_PER_CHARACTER = 3;
/** Enough for a full queue: garbage of this size is freed too late to keep memory bounded. */
const POOLED_CHUNKS = 32;
/** What lines without an event, as tests write them, are marked with. */
const UNMARKED: Mark = { recordId: 0, time: 0 };

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
  readonly #marks: Mark[] = [];

  constructor(limitBytes: number, separator: number) {
    this.#limitBytes = limitBytes;
    this.#separator = separator;
    this.#separatorText = String.fromCharCode(separator);
  }

  /**
   * Takes `lines[0]` to `lines[count - 1]`, each behind `prefix`; `marks[first]` belongs to the first
   * of them.
   *
   * @returns how many it refused.
   */
  add(
    lines: readonly string[],
    count: number,
    prefix: string,
    marks: readonly Mark[] = [],
    first = 0,
  ): number {
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
      this.#marks[blockLines++] = marks[first + i] ?? UNMARKED;
      if (block.length >= BLOCK_CHARACTERS) {
        this.#encode(block, blockLines);
        block = "";
        blockLines = 0;
      }
    }
    if (blockLines > 0) this.#encode(block, blockLines);
    // Keeps the array, not the events.
    this.#marks.length = 0;
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
    chunk.added(written, this.#marks, lines);
    this.bytes += written;
  }
}
