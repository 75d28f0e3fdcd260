/** Standard output for results that are files. */

const WAIT_FOR_READER_MILLISECONDS = 10;
const never = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it, also into a pipe that takes only a part at a time, or nothing for now. */
export function writeToStdout(content: Uint8Array): void {
  for (let at = 0; at < content.length;) {
    try {
      at += Deno.stdout.writeSync(content.subarray(at));
    } catch (error) {
      // Another program that shares the terminal or pipe may have made it non-blocking.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(never, 0, 0, WAIT_FOR_READER_MILLISECONDS);
    }
  }
}
