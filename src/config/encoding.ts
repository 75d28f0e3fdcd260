/** Bytes of a configuration file -> text (config-semantics 1.1). */
import type { Code } from "./codes.ts";

/** Largest file that is read, in bytes. Real configurations have less than 1 MiB. */
export const MAX_FILE_SIZE = 8 * 1024 * 1024;

/** Text, or why there is none; `problems` of severity `warning` do not prevent reading. */
export interface Decoded {
  readonly text: string | undefined;
  readonly problems: readonly EncodingProblem[];
}

/**
 * A problem at a byte offset: `textBefore` is what could be decoded up to it, `found` what stands there,
 * as far as it can be shown.
 */
export interface EncodingProblem {
  readonly severity: "error" | "warning";
  readonly code: Code;
  readonly message: string;
  readonly textBefore: string;
  readonly found: string;
}

type Encoding = "utf-8" | "utf-16le" | "iso-8859-1";

const UTF8_NAMES = ["utf-8", "utf8", "us-ascii", "ascii"];
const SAVE_AS_UTF8 = "save the file as UTF-8";

/**
 * Decodes UTF-8 (with or without byte order mark), UTF-16LE (the same) and ISO-8859-1 (when the XML
 * declaration says so). Everything else is refused. With `permissive`, invalid bytes become U+FFFD
 * with a warning.
 */
export function decode(bytes: Uint8Array, permissive: boolean): Decoded {
  if (bytes.length < 2) return fail("MON001", "the file is empty");
  if (bytes.length > MAX_FILE_SIZE) {
    return fail(
      "MON002",
      `the file is larger than ${
        MAX_FILE_SIZE / 1024 / 1024
      } MiB; split it or remove what is unused`,
    );
  }
  const foreign = foreignEncoding(bytes);
  if (foreign !== undefined) {
    return fail("MON003", `${foreign} is not supported; ${SAVE_AS_UTF8} or UTF-16LE`);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeAs("utf-16le", bytes, 2, permissive, []);
  if (bytes[1] === 0) return decodeAs("utf-16le", bytes, 0, permissive, []);
  const start = hasUtf8Mark(bytes) ? 3 : 0;
  const declared = declaredEncoding(bytes.subarray(start, start + 1024));
  if (start === 0 && declared?.name.toLowerCase() === "iso-8859-1") {
    return decodeAs("iso-8859-1", bytes, 0, permissive, []);
  }
  const notes: EncodingProblem[] = [];
  if (declared !== undefined && !UTF8_NAMES.includes(declared.name.toLowerCase())) {
    notes.push({
      severity: "warning",
      code: "MON005",
      message: `the declared encoding '${declared.name}' is ignored, the file is read as UTF-8`,
      textBefore: declared.before,
      found: declared.name,
    });
  }
  return decodeAs("utf-8", bytes, start, permissive, notes);
}

function fail(code: Code, message: string): Decoded {
  return {
    text: undefined,
    problems: [{ severity: "error", code, message, textBefore: "", found: "" }],
  };
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function foreignEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0 && b === 0) return "UTF-32";
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return "UTF-32";
  if (a !== 0 && b === 0 && c === 0 && d === 0) return "UTF-32";
  if ((a === 0xfe && b === 0xff) || a === 0) return "UTF-16 with the high byte first (UTF-16BE)";
  return undefined;
}

function declaredEncoding(start: Uint8Array): { before: string; name: string } | undefined {
  const ascii = new TextDecoder("iso-8859-1").decode(start);
  const declaration = /^(\s*<\?xml\s[^>]*?\sencoding\s*=\s*["'])([A-Za-z][\w.-]{0,40})["']/.exec(
    ascii,
  );
  return declaration === null ? undefined : { before: declaration[1], name: declaration[2] };
}

function decodeAs(
  encoding: Encoding,
  bytes: Uint8Array,
  start: number,
  permissive: boolean,
  notes: EncodingProblem[],
): Decoded {
  const content = bytes.subarray(start);
  if (encoding === "iso-8859-1") return { text: decodeLatin1(content), problems: notes };
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content);
    return { text, problems: notes };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const lenient = new TextDecoder(encoding, { ignoreBOM: true });
  const valid = encoding === "utf-8" ? validUtf8Length(content) : validUtf16Length(content);
  const byte = content[valid].toString(16).padStart(2, "0");
  const problem: EncodingProblem = {
    severity: permissive ? "warning" : "error",
    code: "MON004",
    message: encoding === "utf-8"
      ? `byte 0x${byte} is not valid UTF-8; ${SAVE_AS_UTF8}`
      : `the text is not valid UTF-16LE; ${SAVE_AS_UTF8}`,
    textBefore: lenient.decode(content.subarray(0, valid)),
    found: "\ufffd",
  };
  return {
    text: permissive ? lenient.decode(content) : undefined,
    problems: [...notes, problem],
  };
}

// TextDecoder's "iso-8859-1" is windows-1252 by its standard and maps 0x80-0x9f elsewhere.
function decodeLatin1(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return pieces.join("");
}

/** How many leading bytes are valid UTF-8. */
function validUtf8Length(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = utf8SequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

function utf8SequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead < 0xe0
    ? 2
    : lead >= 0xe0 && lead < 0xf0
    ? 3
    : lead >= 0xf0 && lead < 0xf5
    ? 4
    : 0;
  for (let i = 1; i < length; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1];
  const overlongOrSurrogate = (lead === 0xe0 && second < 0xa0) ||
    (lead === 0xed && second >= 0xa0) || (lead === 0xf0 && second < 0x90) ||
    (lead === 0xf4 && second >= 0x90);
  return overlongOrSurrogate ? 0 : length;
}

/** How many leading bytes are well-formed UTF-16LE. */
function validUtf16Length(bytes: Uint8Array): number {
  const unitAt = (at: number) => at + 1 < bytes.length ? bytes[at] | bytes[at + 1] << 8 : -1;
  let at = 0;
  while (at < bytes.length) {
    const unit = unitAt(at);
    if (unit === -1 || (unit & 0xfc00) === 0xdc00) return at;
    if ((unit & 0xfc00) === 0xd800) {
      if ((unitAt(at + 2) & 0xfc00) !== 0xdc00) return at;
      at += 2;
    }
    at += 2;
  }
  return at;
}
