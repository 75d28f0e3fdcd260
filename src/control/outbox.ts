/**
 * Lines on their way to one client: bounded, so that a slow client costs events of its own and nobody
 * else's time.
 */

import { Buffer } from "node:buffer";

const QUEUE_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** Takes bytes; `Deno.Conn` is one. */
export interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/** A client's bounded queue of lines. */
export class Outbox {
  readonly #writer: Writer;
  readonly #queueBytes: number;
  readonly #encoder = new TextEncoder();
  /** Encoded: a line as text is made of slices, each of which holds the text of its whole batch. */
  #lines: Uint8Array<ArrayBuffer>[] = [];
  #queued = 0;
  #missed = 0;
  #closed = false;
  #delivery: Promise<void> | undefined;

  constructor(writer: Writer, queueBytes: number = QUEUE_BYTES) {
    this.#writer = writer;
    this.#queueBytes = queueBytes;
  }

  /** Queues a line without its end; one that has no room is counted, and the client told. */
  offer(line: string): void {
    if (this.#closed) return;
    // No line has fewer bytes than characters.
    if (this.#missed > 0 || this.#queued + line.length >= this.#queueBytes) {
      this.#missed++;
    } else {
      const bytes = this.#encoder.encode(`${line}\n`);
      this.#lines.push(bytes);
      this.#queued += bytes.length;
    }
    this.#delivery ??= this.#deliver();
  }

  /** Resolves when everything queued so far is with the client, or the client is gone. */
  async settled(): Promise<void> {
    await this.#delivery;
  }

  /** Forgets what is queued. */
  close(): void {
    this.#closed = true;
    this.#lines = [];
  }

  async #deliver(): Promise<void> {
    while (!this.#closed && (this.#lines.length > 0 || this.#missed > 0)) {
      try {
        await this.#writeAll(this.#take());
      } catch {
        // The client is gone; whoever reads from it finds out, too.
        this.close();
      }
    }
    this.#delivery = undefined;
  }

  #take(): Uint8Array {
    let count = 0;
    let bytes = 0;
    while (count < this.#lines.length && bytes < CHUNK_BYTES) bytes += this.#lines[count++].length;
    const chunk = this.#lines.slice(0, count);
    this.#lines = this.#lines.slice(count);
    this.#queued -= bytes;
    if (this.#lines.length === 0 && this.#missed > 0) {
      chunk.push(this.#encoder.encode(`{"missed":${this.#missed}}\n`));
      this.#missed = 0;
    }
    return Buffer.concat(chunk);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed;) {
      at += await this.#writer.write(bytes.subarray(at));
    }
  }
}
