/** For tests only: a directory of their own, and waiting. */
import assert from "node:assert/strict";

const PATIENCE_MS = 60_000;
const POLL_MS = 5;

/** Runs a test with the path of a new directory, which is removed afterwards. */
export async function withDirectory(
  test: (directory: string) => Promise<void> | void,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Waits until the condition holds. @throws when it does not within a minute. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "waited in vain");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
