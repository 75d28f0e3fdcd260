/** Standard output for results that are files. */

/** Writes all of it, also into a pipe that takes only a part at a time. */
export function writeToStdout(content: Uint8Array): void {
  for (let at = 0; at < content.length;) at += Deno.stdout.writeSync(content.subarray(at));
}
