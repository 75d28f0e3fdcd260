/** What is lost between the native side and the rules, counted with what the native side lost. */
import type { CaptureStats } from "../sources/native_answers.ts";

/** The kind that new files are counted under: their events are told when they are closed. */
const KIND = "newFile";

/** The figures of a capture whose decoder had no room for `forgotten` new files until they are closed. */
export function withForgotten(stats: CaptureStats, forgotten = 0): CaptureStats {
  if (forgotten === 0) return stats;
  const newFile = {
    ...{ captured: 0, ringFull: 0, pathIncomplete: 0, readFault: 0, tableFull: forgotten },
    ...{ argumentsTruncated: 0, internal: 0, recursion: 0 },
  };
  return { ...stats, kinds: { ...stats.kinds, [KIND]: newFile } };
}
