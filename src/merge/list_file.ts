/** Files that name modules, one a line, as sysmon-modular's lists do. */

/** Most lines that a list may have. */
const MAX_LINES = 100_000;

/**
 * The paths in a list, relative, with `/` between their parts. Blank lines and lines that begin with
 * `#` mean nothing; the text is UTF-8 or, with its byte order mark, UTF-16LE, which PowerShell writes.
 */
export function parseList(bytes: Uint8Array): string[] {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes)
    .split(/\r?\n/, MAX_LINES)
    .map((line) => line.trim().replaceAll("\\", "/").replace(/^\/+/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
}
