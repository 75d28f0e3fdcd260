/** Counting a storm's own events in the file that a sensor is writing. */

const CHUNK = 4 * 1024 * 1024;
const PAUSE_MS = 20;
/** A sensor that writes nothing for so long has written what it will write. */
const SILENCE_MS = 3_000;

/** Whether a line of a sensor's output belongs to the storm. Is asked in the order of the file. */
export type IsOwn = (line: string) => boolean;

/** Reads on in a file of lines that grows. */
export class EventCounter {
  /** Own lines so far. */
  count = 0;
  /** Bytes that were read. */
  size = 0;
  readonly #path: string;
  readonly #isOwn: IsOwn;
  readonly #buffer = new Uint8Array(CHUNK);
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(path: string, isOwn: IsOwn) {
    this.#path = path;
    this.#isOwn = isOwn;
  }

  /** Counts what was added since the last time. */
  update(): void {
    using file = Deno.openSync(this.#path);
    file.seekSync(this.size, Deno.SeekMode.Start);
    for (let n = file.readSync(this.#buffer); n !== null; n = file.readSync(this.#buffer)) {
      this.size += n;
      const text = this.#decoder.decode(this.#buffer.subarray(0, n), { stream: true });
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop()!;
      for (const line of lines) if (this.#isOwn(line)) this.count++;
    }
  }

  /** Waits until `expected` lines are there, or nothing is added any more. */
  async waitFor(expected: number): Promise<void> {
    let grown = performance.now();
    while (true) {
      const before = this.size;
      this.update();
      const now = performance.now();
      if (this.size > before) grown = now;
      if (this.count >= expected || now - grown > SILENCE_MS) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
