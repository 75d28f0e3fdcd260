/**
 * Rotation of output files by name: `events`, `events.1`, `events.2`, the highest the oldest.
 */

/** When a file is rotated and what is kept. */
export interface Rotation {
  /** Bytes that the file may hold; a single longer line gets a file of its own. */
  readonly size: number;
  /** Old files kept (`events.1` … `events.COUNT`); 0 empties the file instead. */
  readonly count: number;
}

/**
 * Moves `path` to `path.1`, `path.1` to `path.2` and so on; the oldest, `path.COUNT`, is replaced.
 *
 * @throws the system error of a move that failed; nothing is lost by it, and the numbers below it
 * stay as they were.
 */
export function rotateFiles(path: string, count: number): void {
  for (let number = count; number >= 1; number--) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    try {
      Deno.renameSync(from, `${path}.${number}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
