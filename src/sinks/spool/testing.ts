/** For tests only: chunks of numbered lines, directories, and what a spool gives back. */
import { withDirectory } from "../../testing/temporary.ts";
import { Chunk } from "../chunk.ts";
import { LineQueue } from "../line_queue.ts";
import { Spool, type SpoolOptions } from "./spool.ts";

/** What the spools of the tests share. */
export const SMALL: SpoolOptions = { separator: 10, limitBytes: 2 ** 20, full: "oldest" };

/** A chunk of `count` lines; the record id of each is its number. */
export function numbered(first: number, count: number, padding = 100): Chunk {
  const queue = new LineQueue(64 * 2 ** 20, 10);
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  const lines = numbers.map((number) => `${number} ${"x".repeat(padding)}`);
  queue.add(lines, count, "", numbers.map((number) => ({ recordId: number, time: number })));
  return queue.take()!;
}

/** The record ids of a chunk, after a look at its text. */
export function idsOf(chunk: Chunk): number[] {
  return [...chunk.eachLine()].map(({ bytes, recordId }) => {
    const text = new TextDecoder().decode(bytes);
    if (!text.startsWith(`${recordId} x`)) throw new Error(`line ${recordId} is ${text}`);
    return recordId;
  });
}

/** Takes everything and confirms it. */
export async function drain(spool: Spool): Promise<number[]> {
  const ids: number[] = [];
  for (let chunk = await spool.take(); chunk !== undefined; chunk = await spool.take()) {
    ids.push(...idsOf(chunk));
    spool.confirm(spool.cursor);
  }
  return ids;
}

/** `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Runs a test with a path for a spool, where nothing is yet. */
export function withSpoolDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  return withDirectory((directory) => test(`${directory}/spool`));
}
