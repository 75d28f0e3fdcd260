/**
 * `FORMAT:TARGET` as typed on the command line.
 */
import type { Rotation } from "./rotation.ts";

/** How events are written. */
export type SinkFormat = "json" | "xml" | "pretty";

/** Where they are written. */
export type SinkPlace =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string; readonly rotation?: Rotation }
  | { readonly kind: "syslog"; readonly socket?: string; readonly identity?: string };

/** One sink. */
export interface SinkSpec {
  readonly format: SinkFormat;
  readonly place: SinkPlace;
}

/** A sink's text that cannot be understood; the message says what is wrong and what to type. */
export class SinkSyntaxError extends Error {
  override readonly name = "SinkSyntaxError";
}

const FORMATS: readonly SinkFormat[] = ["json", "xml", "pretty"];
const USAGE = "write FORMAT:TARGET, such as json:- or xml:/var/log/monomi/events.xml,size=100M";
const SMALLEST_ROTATION_BYTES = 4096;
const MOST_OLD_FILES = 1000;
const DEFAULT_OLD_FILES = 5;
const LONGEST_SOCKET_PATH_BYTES = 107;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Reads `FORMAT:TARGET[,KEY=VALUE]…`. FORMAT is json, xml or pretty. TARGET is `-` (standard
 * output), `syslog`, `syslog:/path/to/socket`, or a file's path, in which a comma is written twice.
 * Keys: `size` and `count` (files), `ident` (syslog).
 *
 * @throws {SinkSyntaxError}
 */
export function parseSink(text: string): SinkSpec {
  const colon = text.indexOf(":");
  const format = FORMATS.find((name) => name === text.slice(0, Math.max(colon, 0)));
  if (format === undefined) {
    throw refusal(
      text,
      colon < 0
        ? USAGE
        : `${JSON.stringify(text.slice(0, colon))} is not a format; use ${FORMATS.join(", ")}`,
    );
  }
  const [target, ...options] = splitAtCommas(text.slice(colon + 1));
  if (target === "") throw refusal(text, `the target is missing; ${USAGE}`);
  if (/\p{Cc}/u.test(target)) throw refusal(text, "control characters are not allowed");
  const values = readOptions(text, options);
  const place = target === "-"
    ? stdoutPlace(text, values)
    : target === "syslog" || target.startsWith("syslog:")
    ? syslogPlace(text, target.slice("syslog:".length), values)
    : filePlace(text, target, values);
  return { format, place };
}

function stdoutPlace(text: string, values: Map<string, string>): SinkPlace {
  allowOnly(text, values, []);
  return { kind: "stdout" };
}

function syslogPlace(text: string, socket: string, values: Map<string, string>): SinkPlace {
  allowOnly(text, values, ["ident"]);
  if (new TextEncoder().encode(socket).length > LONGEST_SOCKET_PATH_BYTES) {
    throw refusal(text, `a socket's path has at most ${LONGEST_SOCKET_PATH_BYTES} bytes`);
  }
  const identity = values.get("ident");
  if (identity !== undefined && !/^[!-9;-~]{1,48}$/.test(identity)) {
    throw refusal(text, "ident takes 1 to 48 printable ASCII characters without blanks and colons");
  }
  return {
    kind: "syslog",
    ...(socket === "" ? {} : { socket }),
    ...(identity === undefined ? {} : { identity }),
  };
}

function filePlace(text: string, path: string, values: Map<string, string>): SinkPlace {
  allowOnly(text, values, ["size", "count"]);
  const size = values.get("size");
  const count = values.get("count");
  if (size === undefined) {
    if (count !== undefined) throw refusal(text, "count needs size, such as size=100M,count=5");
    return { kind: "file", path };
  }
  const rotation = {
    size: readSize(text, size),
    count: count === undefined ? DEFAULT_OLD_FILES : readCount(text, count),
  };
  return { kind: "file", path, rotation };
}

function readSize(text: string, value: string): number {
  const match = /^(\d{1,12})([KMG]?)$/.exec(value);
  const bytes = match === null ? NaN : Number(match[1]) * UNITS[match[2]];
  if (!(bytes >= SMALLEST_ROTATION_BYTES)) {
    throw refusal(text, "size takes a number of bytes from 4K on, such as 500K, 100M or 2G");
  }
  return bytes;
}

function readCount(text: string, value: string): number {
  if (!/^\d{1,4}$/.test(value) || Number(value) > MOST_OLD_FILES) {
    throw refusal(text, `count takes a number of old files from 0 to ${MOST_OLD_FILES}`);
  }
  return Number(value);
}

function splitAtCommas(text: string): string[] {
  return text.replaceAll(",,", "\0").split(",").map((part) => part.replaceAll("\0", ","));
}

function readOptions(text: string, options: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const option of options) {
    const equals = option.indexOf("=");
    if (equals < 1) {
      throw refusal(
        text,
        `${JSON.stringify(option)} is not KEY=VALUE; write a comma in a path twice`,
      );
    }
    const key = option.slice(0, equals);
    if (values.has(key)) throw refusal(text, `${JSON.stringify(key)} is given twice`);
    values.set(key, option.slice(equals + 1));
  }
  return values;
}

function allowOnly(text: string, values: Map<string, string>, keys: readonly string[]): void {
  for (const key of values.keys()) {
    if (keys.includes(key)) continue;
    const known = keys.length === 0 ? "this target has no options" : `use ${keys.join(" or ")}`;
    throw refusal(text, `${JSON.stringify(key)} is not an option here; ${known}`);
  }
}

function refusal(text: string, why: string): SinkSyntaxError {
  return new SinkSyntaxError(`Cannot parse sink ${JSON.stringify(text)}: ${why}`);
}
