/** How many events a second one core decides about. */

import process from "node:process";

import type { Event } from "../../../src/events/event.ts";

/** What decides, and how many of `events` it logs. */
export interface Rate {
  readonly perSecond: number;
  readonly logged: number;
}

/**
 * Decides about all events again and again for `milliseconds` of processor time at least, after a
 * round to warm up. Time in which the processor worked for others does not count.
 */
export function measureRate(
  decide: (event: Event) => string | undefined,
  events: readonly Event[],
  milliseconds: number,
): Rate {
  const logged = decideAll(decide, events);
  let decided = 0;
  const start = cpuMilliseconds();
  let elapsed = 0;
  do {
    decideAll(decide, events);
    decided += events.length;
    elapsed = cpuMilliseconds() - start;
  } while (elapsed < milliseconds);
  return { perSecond: decided / elapsed * 1000, logged };
}

function decideAll(decide: (event: Event) => string | undefined, events: readonly Event[]): number {
  let logged = 0;
  for (const event of events) {
    if (decide(event) !== undefined) logged++;
  }
  return logged;
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
