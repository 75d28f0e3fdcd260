/**
 * Lines on their way to one client: bounded, so that a slow client costs events of its own and nobody
 * else's time.
 */

const QUEUE_CHARACTERS = 1024 * 1024;
const CHUNK_CHARACTERS = 64 * 1024;

/** Takes bytes; `Deno.Conn` is one. */
export interface Writer {
  write(bytes: Uint8Array): Promise<number>;
}

/** A client's bounded queue of lines. */
export class Outbox {
  readonly #writer: Writer;
  readonly #queueCharacters: number;
  readonly #encoder = new TextEncoder();
  #lines: string[] = [];
  #queued = 0;
  #missed = 0;
  #closed = false;
  #delivery: Promise<void> | undefined;

  constructor(writer: Writer, queueCharacters: number = QUEUE_CHARACTERS) {
    this.#writer = writer;
    this.#queueCharacters = queueCharacters;
  }

  /** Queues a line without its end; one that has no room is counted, and the client told. */
  offer(line: string): void {
    if (this.#closed) return;
    if (this.#missed > 0 || this.#queued + line.length >= this.#queueCharacters) {
      this.#missed++;
    } else {
      this.#lines.push(line);
      this.#queued += line.length + 1;
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
        await this.#writeAll(this.#encoder.encode(this.#take()));
      } catch {
        // The client is gone; whoever reads from it finds out, too.
        this.close();
      }
    }
    this.#delivery = undefined;
  }

  #take(): string {
    let text = "";
    let count = 0;
    while (count < this.#lines.length && text.length < CHUNK_CHARACTERS) {
      text += `${this.#lines[count++]}\n`;
    }
    this.#lines = this.#lines.slice(count);
    this.#queued -= text.length;
    if (this.#lines.length === 0 && this.#missed > 0) {
      text += `{"missed":${this.#missed}}\n`;
      this.#missed = 0;
    }
    return text;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed;) {
      at += await this.#writer.write(bytes.subarray(at));
    }
  }
}
