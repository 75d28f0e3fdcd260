/**
 * How long the reader of the kernel's buffer waits for sinks that are behind.
 */
import { inTime, type SinkSet } from "../sinks/mod.ts";

/** Percent of the buffer from which on what happens now goes before a slow sink. */
const BUSY = 50;
const LOOK_AGAIN_MS = 20;

/** The kernel's buffer. */
export interface Fillable {
  /** How much of it has no room for new records, in percent. */
  fill(): number;
}

/**
 * Waits until all sinks are ready; while the buffer is half full or more, only for the first of them, so
 * that a slow one makes no other lose anything. Each sink says itself how long it may be waited for.
 *
 * @param goesOn asked again and again; waiting ends when it says no.
 */
export async function letSinksCatchUp(
  sinks: Pick<SinkSet, "ready">,
  buffer: Fillable,
  goesOn: () => boolean,
): Promise<void> {
  for (;;) {
    if (sinks.ready() === undefined) return;
    const ready = sinks.ready(buffer.fill() < BUSY ? "all" : "any");
    if (ready === undefined) return;
    await inTime(ready, LOOK_AGAIN_MS);
    if (!goesOn()) return;
  }
}
