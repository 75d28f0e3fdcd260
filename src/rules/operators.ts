/** Condition operators, compiled (config-semantics 5.2). */
import type { Operator } from "../schema/options.ts";
import { LINUX, type Platform } from "./platform.ts";
import { compareFolded, foldAscii, ownCopy } from "./text.ts";

const NEVER = 0;
const IS = 1;
const IS_NOT = 2;
const CONTAINS = 3;
const EXCLUDES = 4;
const CONTAINS_ANY = 5;
const EXCLUDES_ANY = 6;
const CONTAINS_ALL = 7;
const EXCLUDES_ALL = 8;
const IS_ANY = 9;
const BEGIN_WITH = 10;
const NOT_BEGIN_WITH = 11;
const END_WITH = 12;
const NOT_END_WITH = 13;
const LESS_THAN = 14;
const MORE_THAN = 15;
const LESS_THAN_LOWER = 16;
const MORE_THAN_LOWER = 17;

const CODE: Readonly<Record<Operator, number>> = {
  "is": IS,
  "is not": IS_NOT,
  "contains": CONTAINS,
  "contains any": CONTAINS_ANY,
  "is any": IS_ANY,
  "contains all": CONTAINS_ALL,
  "excludes": EXCLUDES,
  "excludes any": EXCLUDES_ANY,
  "excludes all": EXCLUDES_ALL,
  "begin with": BEGIN_WITH,
  "not begin with": NOT_BEGIN_WITH,
  "end with": END_WITH,
  "not end with": NOT_END_WITH,
  "less than": LESS_THAN,
  "more than": MORE_THAN,
  "image": IS,
};

const NOTHING: ReadonlySet<string> = new Set();

/** An operator with its operand, ready to be applied to folded field text. */
export interface TextTest {
  readonly code: number;
  readonly text: string;
  readonly items: readonly string[];
  readonly set: ReadonlySet<string>;
}

/** Matches no text at all. */
export const NEVER_TEST: TextTest = { code: NEVER, text: "", items: [], set: NOTHING };

/**
 * Compiles an operator and its operand, which is folded here. `image` becomes a comparison: which part
 * of the field it compares is the caller's business.
 */
export function compileTest(
  operator: Operator,
  value: string,
  platform: Platform = LINUX,
): TextTest {
  const expanded = platform.expand(value);
  if (expanded === undefined) return NEVER_TEST;
  const text = ownCopy(foldAscii(expanded));
  const code = codeOf(operator, platform);
  switch (code) {
    case CONTAINS_ANY:
    case CONTAINS_ALL:
    case EXCLUDES_ANY:
    case EXCLUDES_ALL:
      return { code, text, items: searchItems(text), set: NOTHING };
    case IS_ANY:
      return {
        code,
        text,
        items: [],
        set: new Set(text.split(";").filter((item) => item !== "")),
      };
    default:
      return { code, text, items: [], set: NOTHING };
  }
}

function codeOf(operator: Operator, { sortsLowerCase }: Platform): number {
  const code = CODE[operator];
  if (!sortsLowerCase) return code;
  return code === LESS_THAN ? LESS_THAN_LOWER : code === MORE_THAN ? MORE_THAN_LOWER : code;
}

/** O6: an empty item that is not the last one searches for the rest of the list. */
export function searchItems(text: string): string[] {
  let at = 0;
  return text.split(";").map((item) => {
    const start = at;
    at += item.length + 1;
    return item === "" ? text.slice(start) : item;
  });
}

/** Whether some field text can match; a field's text is never empty. */
export function canMatch(test: TextTest): boolean {
  switch (test.code) {
    case NEVER:
      return false;
    case IS:
    case EXCLUDES:
    case NOT_BEGIN_WITH:
    case NOT_END_WITH:
    case LESS_THAN:
    case LESS_THAN_LOWER:
      return test.text !== "";
    case EXCLUDES_ANY:
      return !test.items.includes("");
    case EXCLUDES_ALL:
      return test.items.some((item) => item !== "");
    case IS_ANY:
      return test.set.size > 0;
    default:
      return true;
  }
}

/** A text that must occur in a field, anywhere or at an end of it. */
export interface NecessaryText {
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/**
 * Texts of which at least one occurs in every field that matches: none for a test that never matches,
 * undefined for one that may match whatever the field holds.
 */
export function necessaryTexts(test: TextTest): readonly NecessaryText[] | undefined {
  if (!canMatch(test)) return [];
  const { code, text, items, set } = test;
  const anywhere = (texts: readonly string[]) =>
    texts.includes("") ? undefined : texts.map((t) => ({ text: t, atStart: false, atEnd: false }));
  switch (code) {
    case IS:
      return [{ text, atStart: true, atEnd: true }];
    case IS_ANY:
      return [...set].map((item) => ({ text: item, atStart: true, atEnd: true }));
    case BEGIN_WITH:
      return text === "" ? undefined : [{ text, atStart: true, atEnd: false }];
    case END_WITH:
      return text === "" ? undefined : [{ text, atStart: false, atEnd: true }];
    case CONTAINS:
      return anywhere([text]);
    case CONTAINS_ANY:
      return anywhere(items);
    case CONTAINS_ALL:
      return anywhere([items.reduce((a, b) => a.length >= b.length ? a : b)]);
    default:
      return undefined;
  }
}

/** Applies a test to a field's folded text. */
export function matches(test: TextTest, field: string): boolean {
  switch (test.code) {
    case IS:
      return field === test.text;
    case IS_NOT:
      return field !== test.text;
    case CONTAINS:
      return field.includes(test.text);
    case EXCLUDES:
      return !field.includes(test.text);
    case CONTAINS_ANY:
      return containsAny(field, test.items);
    case EXCLUDES_ANY:
      return !containsAny(field, test.items);
    case CONTAINS_ALL:
      return containsAll(field, test.items);
    case EXCLUDES_ALL:
      return !containsAll(field, test.items);
    case IS_ANY:
      return test.set.has(field);
    case BEGIN_WITH:
      return beginsWith(field, test.text);
    case NOT_BEGIN_WITH:
      return !beginsWith(field, test.text);
    case END_WITH:
      return endsWith(field, test.text);
    case NOT_END_WITH:
      return !endsWith(field, test.text);
    case LESS_THAN:
      return compareFolded(field, test.text) < 0;
    case MORE_THAN:
      return compareFolded(field, test.text) > 0;
    case LESS_THAN_LOWER:
      return field < test.text;
    case MORE_THAN_LOWER:
      return field > test.text;
    default:
      return false;
  }
}

// One unit decides most comparisons for a fraction of what a call costs: paths on one system begin
// alike and end alike, so it is the inner end of the operand that tells them apart.
function beginsWith(field: string, text: string): boolean {
  const last = text.length - 1;
  return last < 0 || (field.charCodeAt(last) === text.charCodeAt(last) && field.startsWith(text));
}

function endsWith(field: string, text: string): boolean {
  const start = field.length - text.length;
  return start >= 0 &&
    (text === "" || (field.charCodeAt(start) === text.charCodeAt(0) && field.endsWith(text)));
}

function containsAny(field: string, items: readonly string[]): boolean {
  for (let i = 0; i < items.length; i++) {
    if (field.includes(items[i])) return true;
  }
  return false;
}

function containsAll(field: string, items: readonly string[]): boolean {
  for (let i = 0; i < items.length; i++) {
    if (!field.includes(items[i])) return false;
  }
  return true;
}
