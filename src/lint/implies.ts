/**
 * Whether one condition on a field holds whenever another does. Never claimed wrongly: an answer of
 * `false` only means that it could not be shown. Holds wherever `image` cuts paths.
 */
import { compareFolded, type ImageSeparator, lastPart } from "../rules/text.ts";
import {
  holds,
  isAlwaysTrue,
  isNeverTrue,
  negate,
  type Predicate,
  predicateOf,
  type Test,
} from "./predicate.ts";

const SEPARATORS: readonly ImageSeparator[] = ["\\", "/"];

/** A test made ready for comparisons: one statement, or one for each way in which `image` cuts. */
export type Statement = readonly Predicate[];

/** Prepares a test. */
export function statementOf(test: Test): Statement {
  return test.operator === "image"
    ? SEPARATORS.map((separator) => predicateOf(test, separator))
    : [predicateOf(test, "\\")];
}

/** How many pairs of texts comparing the two takes, at most. */
export function costOf([a]: Statement, [b]: Statement): number {
  return a.texts.length * b.texts.length;
}

/** Whether every text for which `a` holds is one for which `b` holds. */
export function implies(a: Statement, b: Statement): boolean {
  return everyWay(a, b, predicateImplies);
}

/** Whether no text makes both hold. */
export function contradicts(a: Statement, b: Statement): boolean {
  return everyWay(a, b, (x, y) => predicateImplies(x, negate(y)));
}

/** Whether every text makes at least one of them hold. */
export function exhausts(a: Statement, b: Statement): boolean {
  return everyWay(a, b, (x, y) => predicateImplies(negate(x), y));
}

/** Whether the operand alone makes the test hold never, or always. */
export function constantOf(statement: Statement): "never" | "always" | undefined {
  if (statement.every(isNeverTrue)) return "never";
  if (statement.every(isAlwaysTrue)) return "always";
  return undefined;
}

function everyWay(
  a: Statement,
  b: Statement,
  check: (a: Predicate, b: Predicate) => boolean,
): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (!check(a[i] ?? a[0], b[i] ?? b[0])) return false;
  }
  return true;
}

function predicateImplies(a: Predicate, b: Predicate): boolean {
  if (isNeverTrue(a) || isAlwaysTrue(b)) return true;
  if (a.negated) return b.negated && isPartOf(b, a);
  return b.negated ? isApart(a, b) || isApart(b, a) : isPartOf(a, b);
}

/** Whether what `a` says without its negation implies what `b` says without its. */
function isPartOf(a: Predicate, b: Predicate): boolean {
  const positive = b.negated ? negate(b) : b;
  if (a.shape === "one of") return a.texts.every((text) => holds(positive, text));
  const [text] = a.texts;
  const [other] = b.texts;
  switch (b.shape) {
    case "one of":
      return false;
    case "contains any":
      return surely(a, (found) => b.texts.some((item) => found.includes(item)));
    case "contains all":
      return b.texts.every((item) => surely(a, (found) => found.includes(item)));
    case "begins":
      return a.shape === "begins" && text.startsWith(other);
    case "ends":
      return (a.shape === "ends" || a.shape === "last part") && text.endsWith(other);
    case "last part":
      return a.shape === "last part"
        ? text === other
        : a.shape === "ends" && fixesLastPart(text, b.separator) &&
          lastPart(text, b.separator) === other;
    case "before":
      return a.shape === "before" && compareFolded(text, other) <= 0;
    case "after":
      return a.shape === "after" && compareFolded(text, other) >= 0;
  }
}

/** Whether every text that `a` speaks of contains a text with the property. */
function surely(a: Predicate, property: (found: string) => boolean): boolean {
  switch (a.shape) {
    case "contains any":
      return a.texts.every(property);
    case "before":
    case "after":
      return false;
    default:
      return a.texts.some(property);
  }
}

function fixesLastPart(ending: string, separator: ImageSeparator): boolean {
  return lastPart(ending, separator).length < ending.length;
}

/** Whether no text makes true what both say without their negations; looked at from `a`'s side. */
function isApart(a: Predicate, b: Predicate): boolean {
  const positive = b.negated ? negate(b) : b;
  if (a.shape === "one of") return a.texts.every((text) => !holds(positive, text));
  const [text] = a.texts;
  const [other] = b.texts;
  switch (a.shape) {
    case "begins":
      return b.shape === "begins" && !text.startsWith(other) && !other.startsWith(text);
    case "ends":
      if (b.shape === "ends") return !text.endsWith(other) && !other.endsWith(text);
      if (b.shape !== "last part") return false;
      return fixesLastPart(text, b.separator)
        ? lastPart(text, b.separator) !== other
        : !other.endsWith(text);
    case "last part":
      return b.shape === "last part" && text !== other;
    case "before":
      return b.shape === "after" && compareFolded(text, other) <= 0;
    default:
      return false;
  }
}
