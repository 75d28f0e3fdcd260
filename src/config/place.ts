/** The stretch of a text that a diagnostic is about, and the part of the line around it. */
import type { SourceText } from "./source.ts";

/**
 * A stretch of the source text, or only where it begins: then it is the name behind a `<`, the rest
 * of a quoted text, the text up to the next tag, or a word, whichever stands there.
 */
export type Place = number | Span;

/** Offsets into a source text; `end` is behind the last character. */
export interface Span {
  readonly offset: number;
  readonly end: number;
}

/** A line of a file, or the part of a long one that is around a place. */
export interface Excerpt {
  /** As in the file: anything may be in it. */
  readonly text: string;
  /** Column of its first character, from 1. */
  readonly column: number;
  /** Whether the line goes on behind it. */
  readonly cut: boolean;
}

/** What of a line without end is kept: enough for any window that a report shows. */
const KEPT_BEFORE = 120;
const KEPT_BEHIND = 240;

/** Longest stretch that is searched for its end. */
const MAX_SEARCHED = 4096;

/** The stretch that a place means. */
export function spanOf(text: string, place: Place): Span {
  if (typeof place !== "number") return place;
  const isTag = text[place] === "<";
  const offset = isTag ? place + /^<[/!]?/.exec(text.slice(place, place + 2))![0].length : place;
  const before = isTag ? "<" : text[place - 1];
  const stop = before === '"' || before === "'"
    ? new RegExp(before)
    : before === ">"
    ? /[<\n]/
    : /[\s<>"'=/:,\]}]/;
  const rest = text.slice(offset, offset + MAX_SEARCHED);
  const length = rest.search(stop);
  return { offset, end: offset + (length === -1 ? rest.length : length) };
}

/** The line, cut to what is near `column`; undefined when there is nothing on it. */
export function excerptOf(source: SourceText, line: number, column: number): Excerpt | undefined {
  const start = source.lineStart(line);
  const end = source.lineEnd(line);
  if (start === end) return undefined;
  const place = start + column - 1;
  const from = Math.max(start, place - KEPT_BEFORE);
  const to = Math.min(end, place + KEPT_BEHIND);
  return { text: source.text.slice(from, to), column: from - start + 1, cut: to < end };
}
