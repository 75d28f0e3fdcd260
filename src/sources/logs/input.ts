/** Bytes of a file, of standard input or from memory, with a look ahead. */

const BUFFER = 256 * 1024;

interface Reader {
  read(buffer: Uint8Array): Promise<number | null>;
  close?(): void;
}

/** Reads bytes in order. */
export class Input {
  readonly #reader: Reader;
  #isOpen = true;
  #ahead: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #bytesRead = 0;

  private constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Opens `path`; `-` is standard input. Throws what opening throws (`Deno.errors`). */
  static async open(path: string): Promise<Input> {
    if (path === "-") return new Input({ read: (buffer) => Deno.stdin.read(buffer) });
    return new Input(await Deno.open(path));
  }

  /** Reads from memory. */
  static of(bytes: Uint8Array): Input {
    let at = 0;
    return new Input({
      read(buffer) {
        const taken = bytes.subarray(at, at + buffer.length);
        buffer.set(taken);
        at += taken.length;
        return Promise.resolve(taken.length === 0 ? null : taken.length);
      },
    });
  }

  /** Bytes taken from the source so far, looked at or not. */
  get position(): number {
    return this.#bytesRead;
  }

  /** The next `length` bytes, fewer at the end, without taking them. */
  async peek(length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#ahead.length < length) {
      const joined = new Uint8Array(length);
      joined.set(this.#ahead);
      let filled = this.#ahead.length;
      while (filled < length) {
        const count = await this.#readInto(joined.subarray(filled));
        if (count === 0) break;
        filled += count;
      }
      this.#ahead = joined.subarray(0, filled);
    }
    return this.#ahead.subarray(0, length);
  }

  /** Takes the next `length` bytes, fewer at the end. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = await this.peek(length);
    this.#ahead = this.#ahead.subarray(taken.length);
    return taken;
  }

  /** Takes what can be had at once; empty at the end. */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#ahead.length === 0) {
      const buffer = new Uint8Array(BUFFER);
      return buffer.subarray(0, await this.#readInto(buffer));
    }
    const ahead = this.#ahead;
    this.#ahead = new Uint8Array(0);
    return ahead;
  }

  async #readInto(buffer: Uint8Array<ArrayBuffer>): Promise<number> {
    const count = await this.#reader.read(buffer) ?? 0;
    this.#bytesRead += count;
    return count;
  }

  close(): void {
    if (this.#isOpen) this.#reader.close?.();
    this.#isOpen = false;
  }
}
