/**
 * What flows into the sinks, for whoever watches: those who are there, and the last events for those
 * who come later. While nobody watches it renders the last events of each batch, few of a burst.
 */
import type { Event } from "../events/event.ts";
import type { Renderer, SinkSet } from "../sinks/mod.ts";

/** Events kept for those who come later. */
export const KEPT = 1_000;
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
  /** Lines, oldest at `#next`; not events, of which each holds the text of its whole batch. */
  readonly #lines: (string | undefined)[] = new Array(KEPT).fill(undefined);
  #next = 0;

  constructor(sinks: SinkSet, render: Renderer) {
    this.#sinks = sinks;
    this.render = render;
  }

  write(events: readonly Event[], count: number): void {
    this.#sinks.write(events, count);
    for (let i = Math.max(0, count - KEPT_OF_BURST); i < count; i++) {
      this.#lines[this.#next] = this.render(events[i]);
      this.#next = (this.#next + 1) % KEPT;
    }
    for (const watcher of this.#watchers) watcher.take(events, count);
  }

  /** The last events that were kept, at most `count`, as lines, oldest first. */
  recent(count: number): string[] {
    const ordered = [...this.#lines.slice(this.#next), ...this.#lines.slice(0, this.#next)]
      .filter((line) => line !== undefined);
    return ordered.slice(Math.max(0, ordered.length - count));
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
}
