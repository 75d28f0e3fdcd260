/** A condition as a statement about one folded, non-empty text. */
import { searchItems } from "../rules/operators.ts";
import { compareFolded, foldAscii, type ImageSeparator, isPath, lastPart } from "../rules/text.ts";
import type { Operator } from "../schema/options.ts";

/** What is said of a text; `last part` is what follows the last separator of a path. */
export type Shape =
  | "one of"
  | "contains any"
  | "contains all"
  | "begins"
  | "ends"
  | "last part"
  | "before"
  | "after";

/** One statement. `one of`, `contains any` and `contains all` have any number of texts, others one. */
export interface Predicate {
  readonly shape: Shape;
  /** Whether the opposite is said. */
  readonly negated: boolean;
  readonly texts: readonly string[];
  readonly separator: ImageSeparator;
}

/** An operator and its operand. */
export interface Test {
  readonly operator: Operator;
  readonly value: string;
}

const POSITIVE: Readonly<Record<Operator, readonly [Shape, boolean]>> = {
  "is": ["one of", false],
  "is not": ["one of", true],
  "is any": ["one of", false],
  "contains": ["contains any", false],
  "excludes": ["contains any", true],
  "contains any": ["contains any", false],
  "excludes any": ["contains any", true],
  "contains all": ["contains all", false],
  "excludes all": ["contains all", true],
  "begin with": ["begins", false],
  "not begin with": ["begins", true],
  "end with": ["ends", false],
  "not end with": ["ends", true],
  "less than": ["before", false],
  "more than": ["after", false],
  "image": ["last part", false],
};

/** Operators that say what a field is not. */
export function isNegative(operator: Operator): boolean {
  return POSITIVE[operator][1];
}

/** Operators whose operand is a list. */
export function takesList(operator: Operator): boolean {
  return operator.endsWith(" any") || operator.endsWith(" all");
}

/** What a test says where `image` cuts at this separator. */
export function predicateOf({ operator, value }: Test, separator: ImageSeparator): Predicate {
  const [shape, negated] = POSITIVE[operator];
  if (operator === "image" && isPath(value, separator)) {
    return { shape: "one of", negated, texts: [foldAscii(value)], separator };
  }
  return { shape, negated, texts: textsOf(shape, operator, value), separator };
}

function textsOf(shape: Shape, operator: Operator, value: string): readonly string[] {
  const text = foldAscii(value);
  switch (shape) {
    case "one of":
      return (operator === "is any" ? text.split(";") : [text]).filter((item) => item !== "");
    case "contains any":
      return takesList(operator) ? searchItems(text) : [text];
    case "contains all":
      return searchItems(text).filter((item) => item !== "");
    default:
      return [text];
  }
}

/** The opposite. */
export function negate(predicate: Predicate): Predicate {
  return { ...predicate, negated: !predicate.negated };
}

/** Whether the statement is true of a folded text. */
export function holds(predicate: Predicate, text: string): boolean {
  return saysOf(predicate, text) !== predicate.negated;
}

function saysOf({ shape, texts, separator }: Predicate, text: string): boolean {
  const [first] = texts;
  switch (shape) {
    case "one of":
      return texts.includes(text);
    case "contains any":
      return texts.some((item) => text.includes(item));
    case "contains all":
      return texts.every((item) => text.includes(item));
    case "begins":
      return text.startsWith(first);
    case "ends":
      return text.endsWith(first);
    case "last part":
      return lastPart(text, separator) === first;
    case "before":
      return compareFolded(text, first) < 0;
    case "after":
      return compareFolded(text, first) > 0;
  }
}

/** Whether the operand alone decides that no text makes it true (config-semantics 5.2, "r empty"). */
export function isNeverTrue(predicate: Predicate): boolean {
  return predicate.negated ? saysEverything(predicate) : saysNothing(predicate);
}

/** Whether the operand alone decides that every text makes it true. */
export function isAlwaysTrue(predicate: Predicate): boolean {
  return predicate.negated ? saysNothing(predicate) : saysEverything(predicate);
}

function saysNothing({ shape, texts }: Predicate): boolean {
  return shape === "one of" ? texts.length === 0 : shape === "before" && texts[0] === "";
}

function saysEverything({ shape, texts }: Predicate): boolean {
  switch (shape) {
    case "contains any":
      return texts.includes("");
    case "contains all":
      return texts.length === 0;
    case "begins":
    case "ends":
    case "after":
      return texts[0] === "";
    default:
      return false;
  }
}
