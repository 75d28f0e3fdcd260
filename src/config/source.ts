/** A configuration's text, and the line and column of every place in it. */

/** A place in a file, both numbers from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Decoded text with LF line ends only, as the XML layer reads it. */
export class SourceText {
  readonly fileName: string;
  readonly text: string;
  #lineStarts: Uint32Array | undefined;

  /** `text` may have any line ends; CRLF and CR become LF. */
  constructor(fileName: string, text: string) {
    this.fileName = fileName;
    this.text = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  }

  /** Offset of the first character of a line that exists. */
  lineStart(line: number): number {
    return this.#starts()[line - 1];
  }

  /** Offset behind the last character of a line that exists, without its line end. */
  lineEnd(line: number): number {
    const next = this.#starts()[line];
    return next === undefined ? this.text.length : next - 1;
  }

  /** Line and column of an offset into `text`. */
  positionAt(offset: number): Position {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1 };
  }

  #starts(): Uint32Array {
    return this.#lineStarts ??= findLineStarts(this.text);
  }
}

function findLineStarts(text: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts[line++] = at + 1;
  }
  return starts;
}
