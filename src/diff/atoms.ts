/**
 * Conditions in a form in which equal meaning is equal text: a conjunction of clauses, each a
 * disjunction of comparisons without lists (config-semantics 5.2).
 */
import type { Condition } from "../config/mod.ts";
import { foldAscii, isPath } from "../rules/text.ts";
import { type EventDefinition, isListOperator, type ListOperator } from "../schema/mod.ts";

/** Windows gives up on a value that becomes longer with its variables (config-semantics X9), in UTF-16 code units. */
const CERTAINLY_EXPANDED = 128;

/** Comparisons that are left when lists and negations of lists are taken apart. */
export type AtomOperator =
  | "is"
  | "is not"
  | "contains"
  | "excludes"
  | "begin with"
  | "not begin with"
  | "end with"
  | "not end with"
  | "less than"
  | "more than"
  | "image"
  /** A list that is not taken apart. */
  | ListOperator
  /** The event has the field in this place (V13). */
  | "present";

/** One comparison of a field with a text. */
export interface Atom {
  readonly field: string;
  /** `field` with its position in the event: a series has fields that only some events have there. */
  readonly slot: string;
  readonly operator: AtomOperator;
  /** Folded to lower case. */
  readonly value: string;
  readonly key: string;
}

/** At least one of these must hold; never empty. */
export type Clause = readonly Atom[];

/** All clauses must hold; none: it always holds. Undefined: it never does. */
export type Conjunction = readonly Clause[] | undefined;

const NEVER: Conjunction = undefined;

/** The clauses of one condition on the events of a series, or on the one event of a tag. */
export function clausesOf(condition: Condition, series: readonly EventDefinition[]): Conjunction {
  const clauses = comparisons(condition);
  if (clauses === undefined || clauses.length > 0) return clauses;
  const { field, fieldIndex } = condition;
  const isEverywhere = series.every(({ fields }) => fields[fieldIndex]?.name === field);
  return isEverywhere ? [] : [[makeAtom(condition, "present", "")]];
}

const ALWAYS: Conjunction = [];

function comparisons(condition: Condition): Conjunction {
  const { operator } = condition;
  const value = foldAscii(condition.value);
  const atom = (atomOperator: AtomOperator, text: string) =>
    makeAtom(condition, atomOperator, text);
  if (isListOperator(operator) && dependsOnOrder(value)) return [[atom(operator, value)]];
  switch (operator) {
    case "is":
    case "excludes":
    case "not begin with":
    case "not end with":
    case "less than":
      return value === "" ? NEVER : [[atom(operator, value)]];
    case "is not":
    case "contains":
    case "begin with":
    case "end with":
    case "more than":
      return value === "" ? ALWAYS : [[atom(operator, value)]];
    case "image":
      // With a backslash it is a path for every engine; a slash is one for some.
      return [[atom(value.includes("\\") && isPath(value, "\\") ? "is" : "image", value)]];
    case "is any": {
      const items = [...new Set(value.split(";"))].filter((item) => item !== "");
      return items.length === 0 ? NEVER : [items.map((item) => atom("is", item))];
    }
    case "contains any": {
      const items = searchItems(value);
      return items.includes("") ? ALWAYS : [items.map((item) => atom("contains", item))];
    }
    case "contains all":
      return searchItems(value).filter(notEmpty).map((item) => [atom("contains", item)]);
    case "excludes any": {
      const items = searchItems(value);
      return items.includes("") ? NEVER : items.map((item) => [atom("excludes", item)]);
    }
    case "excludes all": {
      const items = searchItems(value).filter(notEmpty);
      return items.length === 0 ? NEVER : [items.map((item) => atom("excludes", item))];
    }
  }
}

/**
 * Whether a list's items mean something else apart, or in another order: Windows expands variables before
 * it looks for items, so that `%` of one item can make a pair with that of another.
 */
function dependsOnOrder(value: string): boolean {
  if (value.split("%").length <= 2) return false;
  return value.length > CERTAINLY_EXPANDED ||
    value.split(";").some((item) => item.replace(/%[^%]+%/g, "").includes("%"));
}

function notEmpty(text: string): boolean {
  return text !== "";
}

/** O6: an empty item that is not the last one searches for the rest of the list. */
function searchItems(value: string): string[] {
  let at = 0;
  const items = value.split(";").map((item) => {
    const start = at;
    at += item.length + 1;
    return item === "" ? value.slice(start) : item;
  });
  return [...new Set(items)];
}

function makeAtom({ field, fieldIndex }: Condition, operator: AtomOperator, value: string): Atom {
  const slot = `${field}@${fieldIndex}`;
  return { field, slot, operator, value, key: JSON.stringify([slot, operator, value]) };
}

/** Equal for conjunctions that hold for the same events by the same comparisons, in any order. */
export function keyOf(clauses: readonly Clause[]): string {
  const keys = clauses.map((clause) => clause.map(({ key }) => key).toSorted().join("|"));
  return [...new Set(keys)].toSorted().join("&");
}

/** Whether no field text can satisfy both conjunctions, as far as that is easy to see. */
export function excludeEachOther(a: readonly Clause[], b: readonly Clause[]): boolean {
  return a.some((left) => b.some((right) => clausesExclude(left, right)));
}

const MOST_PAIRS = 4096;

function clausesExclude(a: Clause, b: Clause): boolean {
  if (a[0].slot !== b[0].slot || a.length * b.length > MOST_PAIRS) return false;
  return a.every((left) => b.every((right) => atomsExclude(left, right)));
}

function atomsExclude(a: Atom, b: Atom): boolean {
  if (a.slot !== b.slot) return false;
  if (a.operator === "is") return !holds(b, a.value);
  if (b.operator === "is") return !holds(a, b.value);
  if (a.operator !== b.operator) return false;
  switch (a.operator) {
    case "begin with":
      return !a.value.startsWith(b.value) && !b.value.startsWith(a.value);
    case "end with":
      return !a.value.endsWith(b.value) && !b.value.endsWith(a.value);
    default:
      return false;
  }
}

/** Whether the comparison may hold for this text; `true` where that is not easy to see. */
function holds({ operator, value }: Atom, text: string): boolean {
  switch (operator) {
    case "is":
      return text === value;
    case "is not":
      return text !== value;
    case "contains":
      return text.includes(value);
    case "excludes":
      return !text.includes(value);
    case "begin with":
      return text.startsWith(value);
    case "not begin with":
      return !text.startsWith(value);
    case "end with":
      return text.endsWith(value);
    case "not end with":
      return !text.endsWith(value);
    default:
      return true;
  }
}
