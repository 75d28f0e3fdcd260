/** Lines out of a stream of bytes, of bounded length. */

/** A line is longer than is allowed. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
}

/** Gives bytes; `Deno.Conn` and `Deno.stdin` are such. */
export interface Reader {
  read(buffer: Uint8Array): Promise<number | null>;
}

const CHUNK = 64 * 1024;

/**
 * The lines of `reader` without their ends, as soon as they are there; the last one also without an
 * end. Invalid UTF-8 becomes replacement characters.
 *
 * @throws {LineTooLongError} for a line of more than about `longest` bytes
 */
export async function* readLines(
  reader: Reader,
  longest: number,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(CHUNK);
  let rest = "";
  for (;;) {
    const count = await reader.read(buffer);
    if (count === null) break;
    const lines = decoder.decode(buffer.subarray(0, count), { stream: true }).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) yield checked(line, longest);
    checked(rest, longest);
  }
  rest += decoder.decode();
  if (rest !== "") yield checked(rest, longest);
}

function checked(line: string, longest: number): string {
  if (line.length > longest) throw new LineTooLongError(`a line has more than ${longest} bytes`);
  return line;
}
