/** How far a long command is, on a terminal. */

const EVERY_MS = 200;
const CLEAR_LINE = "\r\x1b[K";

/** Draws one line over and over; nothing where stderr is no terminal. */
export class Progress {
  readonly #total: number;
  readonly #isShown = Deno.stderr.isTerminal();
  #shownAt = 0;
  #hasLine = false;

  /** `total`: bytes to read. */
  constructor(total: number) {
    this.#total = total;
  }

  show(bytes: number, events: number): void {
    if (!this.#isShown) return;
    const now = performance.now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#hasLine = true;
    const share = this.#total === 0
      ? ""
      : `${Math.floor(Math.min(1, bytes / this.#total) * 100)} % `;
    write(`${CLEAR_LINE}monomi: ${share}${events.toLocaleString("en")} events`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#hasLine) write(CLEAR_LINE);
    this.#hasLine = false;
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
