/** SHA-256 of files. */

/** SHA-256 of the file at `path`, 64 lower-case hexadecimal digits. */
export async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}
