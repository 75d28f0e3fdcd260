/** Structures of Windows, written from front to back, with offsets that become known later. */

/** Little-endian numbers and UTF-16 in growing memory. */
export class Bytes {
  readonly #bytes: number[] = [];

  /** Where the next byte goes. */
  get end(): number {
    return this.#bytes.length;
  }

  u8(...values: number[]): this {
    this.#bytes.push(...values);
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.u8(value & 0xff, value >>> 8 & 0xff);
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.u16(value & 0xffff, value >>> 16);
    return this;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** One byte a character. */
  ascii(text: string): this {
    for (const character of text) this.u8(character.charCodeAt(0));
    return this;
  }

  /** UTF-16, with no zero behind it. */
  wide(text: string): this {
    for (let i = 0; i < text.length; i++) this.u16(text.charCodeAt(i));
    return this;
  }

  /** Zeros up to a multiple of `size`. */
  align(size: number): this {
    while (this.end % size !== 0) this.u8(0);
    return this;
  }

  /** Room for a number that {@link fill} gets. */
  hole(): number {
    this.u32(0);
    return this.end - 4;
  }

  /** Writes a number into a {@link hole}. */
  fill(hole: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[hole + i] = value >>> 8 * i & 0xff;
  }

  /** All of it, in new memory. */
  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}
