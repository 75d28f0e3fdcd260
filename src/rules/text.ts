/** The text that conditions see, and how it is folded and compared (config-semantics 5.1). */
import type { FieldValue } from "../events/event.ts";

/** What a field without data holds (V15). */
export const NO_DATA = "-";

/** A field's value as text: decimal numbers, `true` and `false`, `-` where there is none. */
export function fieldText(value: FieldValue | undefined): string {
  if (typeof value === "string") return value === "" ? NO_DATA : value;
  return value === undefined ? NO_DATA : String(value);
}

/** Whether conditions see the value as `-`. */
export function hasNoData(value: FieldValue | undefined): boolean {
  return value === NO_DATA || value === "" || value === undefined;
}

/** Lower-cases A-Z and nothing else (O2). Returns the same string when there is nothing to do. */
export function foldAscii(text: string): string {
  const length = text.length;
  let at = 0;
  while (at < length) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x41 && unit <= 0x5a) break;
    at++;
  }
  if (at === length) return text;
  // toLowerCase is the fastest way, but it also folds É, K (kelvin sign) and İ.
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) > 0x7f) return foldUnits(text);
  }
  return text.toLowerCase();
}

function foldUnits(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Negative, zero or positive as `a` sorts before, with or behind `b`: by code units with letters
 * folded to upper case, so that `_` and `[` sort behind letters. Both texts are folded to lower case.
 */
export function compareFolded(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = upperUnit(a.charCodeAt(i)) - upperUnit(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function upperUnit(unit: number): number {
  return unit >= 0x61 && unit <= 0x7a ? unit - 0x20 : unit;
}

/**
 * A copy that does not keep the text alive that it was cut from, with one byte a character where
 * possible, so that comparing it with one-byte fields stays cheap.
 */
export function ownCopy(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

/** After which characters `image` cuts a path: `\` as Sysmon does, or `/` too. */
export type ImageSeparator = "\\" | "/";

/** What follows the last separator; the whole text where there is none. */
export function lastPart(text: string, separator: ImageSeparator): string {
  const backslash = text.lastIndexOf("\\");
  const cut = separator === "/" ? Math.max(backslash, text.lastIndexOf("/")) : backslash;
  return cut === -1 ? text : text.slice(cut + 1);
}

/** Whether an operand of `image` is a path, which is compared with the whole field. */
export function isPath(text: string, separator: ImageSeparator): boolean {
  return text.includes("\\") || (separator === "/" && text.includes("/"));
}
