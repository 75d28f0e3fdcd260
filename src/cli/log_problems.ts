/** Problems of logs, and places in them, in one line. */
import { escapeUnprintable } from "../config/mod.ts";
import type { LogProblem } from "../sources/logs/mod.ts";

/** `file:line: message` or `file, record 12: message`, safe to print. */
export function describeProblem(problem: LogProblem): string {
  return `${describePlace(problem)}: ${problem.message}`;
}

/** `file:line` or `file, record 12`, safe to print. */
export function describePlace({ file, place }: Pick<LogProblem, "file" | "place">): string {
  const where = "line" in place ? `:${place.line}` : `, record ${place.record}`;
  return `${escapeUnprintable(file)}${where}`;
}
