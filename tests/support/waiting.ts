/** Waiting for something to become true, with a limit that only a defect reaches. */

/** How long anything may take on a busy machine, in milliseconds. */
export const GENEROUS_LIMIT = 60_000;
const PAUSE = 10;

/** Waits until `condition` gives something else than undefined or false, and gives that. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limit: number = GENEROUS_LIMIT,
): Promise<T> {
  const end = performance.now() + limit;
  while (true) {
    const result = await condition();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > end) throw new Error(`waited ${limit / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Gives what `promise` gives, or fails when it takes too long. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  limit: number = GENEROUS_LIMIT,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${limit / 1000} s in vain for ${what}`)),
      limit,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
