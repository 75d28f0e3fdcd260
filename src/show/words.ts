/** Conditions, elements and decisions in words. */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Combination, Condition, EventElement } from "../config/model.ts";
import type { Operator } from "../schema/options.ts";

const SINGLE: Readonly<Partial<Record<Operator, string>>> = {
  "is": "is",
  "is not": "is not",
  "contains": "contains",
  "excludes": "does not contain",
  "begin with": "begins with",
  "not begin with": "does not begin with",
  "end with": "ends with",
  "not end with": "does not end with",
  "less than": "sorts before",
  "more than": "sorts after",
  "image": "has the file name",
};

const LISTS: Readonly<Partial<Record<Operator, string>>> = {
  "is any": "is one of",
  "contains any": "contains one of",
  "contains all": "contains each of",
  "excludes any": "contains none of",
  "excludes all": "lacks at least one of",
};

/** `Image ends with '\cmd.exe'`, `CommandLine contains one of 'a', 'b'`. */
export function conditionInWords({ field, operator, value }: Condition): string {
  const list = LISTS[operator];
  if (list !== undefined) return `${field} ${list} ${value.split(";").map(quoted).join(", ")}`;
  if (operator === "image" && value.includes("\\")) return `${field} is ${quoted(value)}`;
  return `${field} ${SINGLE[operator]} ${quoted(value)}`;
}

/** `drop it when one of these matches:`. */
export function elementInWords({ onmatch, combination, items }: EventElement): string {
  if (items.length === 0) return `${onmatch}: empty, it never matches`;
  const action = onmatch === "include" ? "log it" : "drop it";
  return `${onmatch}: ${action} when ${combinationInWords(combination, items.length)}`;
}

/** `one of these matches`, `all of these match`. */
export function combinationInWords(combination: Combination, count: number): string {
  if (count === 1) return "this matches";
  return combination === "or" ? "one of these matches" : "all of these match";
}

/** The whole text in single quotes, escaped. */
export function quoted(text: string): string {
  return `'${escapeUnprintable(text)}'`;
}
