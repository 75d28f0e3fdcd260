/**
 * Bytes put together from texts and bytes.
 */

const encoder = new TextEncoder();

/** A request's body, an entry of a journal. */
export class Body {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Adds text or bytes. */
  add(part: string | Uint8Array): this {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  /** All of it, in new memory. */
  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
