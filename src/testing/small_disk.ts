/** Disks that can be filled: for tests that run as root on Linux. */
import assert from "node:assert/strict";

/** Whether this process can have one. */
export const HAS_SMALL_DISKS = Deno.build.os === "linux" && Deno.uid() === 0;

/** Runs a test with a tmpfs of so many bytes, which is gone afterwards. */
export async function withSmallDisk(
  bytes: number,
  test: (directory: string) => Promise<void> | void,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    assert.ok(run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", directory));
    await test(directory);
  } finally {
    run("umount", "--lazy", directory);
    await Deno.remove(directory, { recursive: true });
  }
}

/** Takes all the room that is left, in a file of this path. */
export function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, createNew: true });
  const block = new Uint8Array(4096);
  try {
    for (;;) file.writeSync(block);
  } catch (error) {
    assert.match(String(error), /No space left/);
  }
}

function run(command: string, ...args: string[]): boolean {
  return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
}
