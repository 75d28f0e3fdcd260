/**
 * Lines to nowhere, for measurements: `json:/dev/null`.
 */
import { QueuedTarget } from "./queued_target.ts";
import type { Target, TargetOptions } from "./target.ts";

/** The path that stands for this target; as a file it would be refused, and rotated away. */
export const NULL_DEVICE = "/dev/null";

const LINE_FEED = 10;

/** Makes a target that does all the work of a file target but the writing. */
export function openDiscard(options: TargetOptions = {}): Target {
  return new QueuedTarget(`file ${NULL_DEVICE}`, {
    separator: LINE_FEED,
    send: (chunk) => {
      chunk.consume(chunk.end - chunk.start);
      return Promise.resolve();
    },
    isFinal: () => false,
    close: () => {},
  }, options);
}
