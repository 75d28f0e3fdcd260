/**
 * Lets signals, timers and pending writes have their turn.
 */
import { setImmediate } from "node:timers";

/** Resolves after the event loop has gone round once. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
