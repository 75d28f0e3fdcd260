/** Several files of events as one, in the order of their times. */
import type { Event } from "../events/event.ts";
import type { ReplaySource } from "./replay_source.ts";

/** Events of one source that come before those of all others. */
export interface Run {
  readonly source: ReplaySource;
  readonly events: readonly Event[];
}

/** A source, and what was read ahead of it. */
class Cursor {
  readonly source: ReplaySource;
  #events: readonly Event[] = [];
  #at = 0;

  constructor(source: ReplaySource) {
    this.source = source;
  }

  /** Whether there is a next event. */
  async hasNext(): Promise<boolean> {
    if (this.#at < this.#events.length) return true;
    const events = await this.source.next();
    this.#events = events ?? [];
    this.#at = 0;
    return events !== undefined;
  }

  get time(): number {
    return this.#events[this.#at].time;
  }

  /** The next event, and those behind it that are not later than `time`. */
  take(time: number): readonly Event[] {
    const begin = this.#at++;
    while (this.#at < this.#events.length && this.#events[this.#at].time <= time) this.#at++;
    return this.#events.slice(begin, this.#at);
  }
}

/**
 * Always the source whose next event is the earliest goes on, so each file keeps its own order, and
 * no more than a batch of each is held.
 */
export async function* merge(sources: readonly ReplaySource[]): AsyncGenerator<Run> {
  const cursors: Cursor[] = [];
  for (const source of sources) {
    const cursor = new Cursor(source);
    if (await cursor.hasNext()) cursors.push(cursor);
  }
  while (cursors.length > 0) {
    let first = 0;
    let second = Infinity;
    for (let i = 1; i < cursors.length; i++) {
      const { time } = cursors[i];
      if (time < cursors[first].time) {
        second = cursors[first].time;
        first = i;
      } else if (time < second) {
        second = time;
      }
    }
    const cursor = cursors[first];
    yield { source: cursor.source, events: cursor.take(second) };
    if (!await cursor.hasNext()) cursors.splice(first, 1);
  }
}
