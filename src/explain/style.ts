/** Colours and marks of explanations and shown rules. */
import { escapeUnprintable } from "../config/diagnostics.ts";

/** How text for people is dressed. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
  /** The part of a value that a condition found. */
  readonly found: (text: string) => string;
}

const sgr = (code: string) => (text: string) => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;
const as = (text: string) => text;

/** Without colours a found part stands in «guillemets». */
export const PLAIN: Style = {
  good: as,
  bad: as,
  dim: as,
  strong: as,
  found: (text) => `«${text}»`,
};

/** With ANSI SGR sequences. */
export const COLORED: Style = {
  good: sgr("32"),
  bad: sgr("31"),
  dim: sgr("2"),
  strong: sgr("1"),
  found: sgr("1;4;32"),
};

const LONGEST = 160;
const BEFORE_FOUND = 40;

/**
 * A value on one line, escaped, in single quotes, its found parts marked. A long one is cut, around the
 * first found part where there is one.
 */
export function value(
  text: string,
  style: Style,
  spans: readonly (readonly [start: number, end: number])[] = [],
): string {
  const first = spans.length > 0 ? spans[0][0] : 0;
  const from = text.length <= LONGEST || first <= LONGEST / 2 ? 0 : first - BEFORE_FOUND;
  const to = Math.min(text.length, from + LONGEST);
  let shown = "";
  let at = from;
  for (const [start, end] of spans) {
    if (start < at || start >= to) continue;
    shown += escapeUnprintable(text.slice(at, start));
    shown += style.found(escapeUnprintable(text.slice(start, Math.min(end, to))));
    at = Math.min(end, to);
  }
  shown += escapeUnprintable(text.slice(at, to));
  return `'${from > 0 ? "…" : ""}${shown}${to < text.length ? "…" : ""}'`;
}
