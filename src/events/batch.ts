/**
 * The bytes of one batch of records, and what every record has.
 *
 * A batch's text is decoded in one go where it is ASCII, because that is several times as fast as a
 * decoder call per string.
 */
import { Buffer } from "node:buffer";
import { millisecondsOf } from "./clock.ts";
import { Flag, HeaderLayout } from "./record_layout.ts";

/** Reads records in a buffer that is filled anew for each batch. `at` is where a record begins. */
export class Batch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #buffer: Buffer;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #utf8 = new TextDecoder();
  #text: string | undefined;
  #epoch = 0;
  #length = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    this.#halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
  }

  /** A new batch of `length` bytes; `epoch` is wall clock minus boot clock in milliseconds. */
  begin(length: number, epoch: number): void {
    this.#length = length;
    this.#epoch = epoch;
    this.#text = undefined;
  }

  word(offset: number): number {
    return this.#words[offset >> 2];
  }

  half(offset: number): number {
    return this.#halves[offset >> 1];
  }

  /** When the record's event happened, in milliseconds since 1970. */
  time(at: number): number {
    const time = at + HeaderLayout.time;
    return this.#epoch + millisecondsOf(this.word(time), this.word(time + 4));
  }

  flag(at: number, flag: number): boolean {
    return (this.half(at + HeaderLayout.flags) & flag) !== 0;
  }

  /** Text that lives no longer than the batch. */
  text(at: number, start: number, length: number): string {
    if (!this.flag(at, Flag.ASCII)) return this.utf8(start, length);
    const batch = this.#text ??= this.#buffer.toString("latin1", 0, this.#length);
    return batch.substring(start, start + length);
  }

  /** Text that is kept: not a slice that would keep its whole batch alive. */
  keptText(at: number, start: number, length: number): string {
    return this.flag(at, Flag.ASCII)
      ? this.#buffer.toString("latin1", start, start + length)
      : this.utf8(start, length);
  }

  /** Text outside of what the record's flags speak of. */
  utf8(start: number, length: number): string {
    return this.#utf8.decode(this.bytes.subarray(start, start + length));
  }
}
