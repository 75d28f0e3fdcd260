/**
 * Waiting for something to happen, with a limit of time.
 */

/** A set of promises that one call resolves. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves at the next release, or after `milliseconds` (Infinity: never by itself). */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined = undefined;
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      // The first setTimeout of a program runs pending microtasks, which may release.
      this.#waiting.add(done);
      if (!Number.isFinite(milliseconds)) return;
      timer = setTimeout(done, milliseconds);
      if (!this.#waiting.has(done)) clearTimeout(timer);
    });
  }

  /** Resolves every promise given out so far. */
  release(): void {
    for (const done of this.#waiting) done();
  }
}

/** Waits for a promise, but no longer than that (Infinity: as long as it takes). */
export async function inTime(promise: Promise<void>, milliseconds: number): Promise<void> {
  if (milliseconds === Infinity) return await promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
