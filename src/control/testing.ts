/** For tests of what stands in front of the sinks. */
import type { SinkSet } from "../sinks/mod.ts";

/** Takes every event and keeps none. */
export const NOWHERE: SinkSet = {
  broken: new Promise(() => {}),
  write: () => {},
  ready: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
  counters: () => [],
};
