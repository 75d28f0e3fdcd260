/**
 * What flows into the sinks, for whoever watches: those who are there, and the last events for those
 * who come later. While nobody watches it renders the last events of each batch, few of a burst.
 */
import type { Event } from "../events/event.ts";
import type { Renderer, SinkSet } from "../sinks/mod.ts";

/** Events kept for those who come later. */
export const KEPT = 1_000;
/** Bytes of them: an argument list alone may have some hundred KiB. */
export const KEPT_BYTES = 4 * 2 ** 20;
/** Of a burst, its last events: keeping all of them would cost as much as another sink. */
const KEPT_OF_BURST = 64;

/** Is given each event behind the rules, numbered; must not block. */
export interface Watcher {
  take(events: readonly Event[], count: number): void;
}

/** The sinks of a run with a tap in front of them. */
export class TappedSinks implements SinkSet {
  /** Makes the lines that are kept and that watchers are sent: JSON, as the sink has it. */
  readonly render: Renderer;
  readonly #sinks: SinkSet;
  readonly #watchers = new Set<Watcher>();
  /**
   * Encoded lines, the oldest at `#oldest`, `#count` of them. Not text: a line is put together out of slices,
   * each of which holds the text of its whole batch.
   */
  readonly #lines: (Uint8Array | undefined)[] = new Array(KEPT).fill(undefined);
  #oldest = 0;
  #count = 0;
  #bytes = 0;
  readonly #encoder = new TextEncoder();

  constructor(sinks: SinkSet, render: Renderer) {
    this.#sinks = sinks;
    this.render = render;
  }

  write(events: readonly Event[], count: number): void {
    this.#sinks.write(events, count);
    for (let i = Math.max(0, count - KEPT_OF_BURST); i < count; i++) {
      this.#keep(this.#encoder.encode(this.render(events[i])));
    }
    for (const watcher of this.#watchers) watcher.take(events, count);
  }

  /** The last events that were kept, at most `count`, as lines, oldest first. */
  recent(count: number): string[] {
    const decoder = new TextDecoder();
    const wanted = Math.min(count, this.#count);
    return Array.from(
      { length: wanted },
      (_, i) => decoder.decode(this.#lines[this.#place(this.#count - wanted + i)]),
    );
  }

  /** Begins to give events to `watcher`. */
  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Ends it. */
  leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  get broken(): Promise<string> {
    return this.#sinks.broken;
  }

  ready(whom?: "all" | "any"): Promise<void> | undefined {
    return this.#sinks.ready(whom);
  }

  flush(): Promise<void> {
    return this.#sinks.flush();
  }

  close(): Promise<void> {
    return this.#sinks.close();
  }

  counters(): ReturnType<SinkSet["counters"]> {
    return this.#sinks.counters();
  }

  #keep(line: Uint8Array): void {
    if (this.#count === KEPT) this.#forgetOldest();
    this.#lines[this.#place(this.#count++)] = line;
    this.#bytes += line.length;
    while (this.#bytes > KEPT_BYTES) this.#forgetOldest();
  }

  #forgetOldest(): void {
    this.#bytes -= this.#lines[this.#oldest]!.length;
    this.#lines[this.#oldest] = undefined;
    this.#oldest = this.#place(1);
    this.#count--;
  }

  /** Where the line is that came as the `index`th behind the oldest. */
  #place(index: number): number {
    return (this.#oldest + index) % KEPT;
  }
}
