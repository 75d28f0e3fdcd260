/**
 * What a configuration does with one event, as lists of alternatives: equal lists, equal effect
 * (config-semantics section 4, for events whose typed fields all have data).
 */
import type { Condition, Config, EventElement, RuleNode } from "../config/mod.ts";
import { evaluationOrder } from "../rules/compile.ts";
import { foldAscii } from "../rules/text.ts";
import { type EventDefinition, eventsByTag } from "../schema/mod.ts";
import { type Atom, type Clause, clausesOf, type Conjunction, keyOf } from "./atoms.ts";

/** A part of a configuration as its author sees it. */
export interface Item {
  readonly element: EventElement;
  /** The element itself when all its items must match together. */
  readonly node: Condition | RuleNode | EventElement;
  readonly alternatives: readonly Alternative[];
}

/** One way to match: all clauses hold. */
export interface Alternative {
  readonly clauses: readonly Clause[];
  /** Equal for equal clauses. */
  readonly key: string;
  /**
   * The RuleName that a match gives. Where it depends on which conditions matched, a text that is
   * equal only for the same conditions with the same names in the same order.
   */
  readonly name: string;
  /** Whether `name` is no RuleName but such a text. */
  readonly dynamic: boolean;
}

/** The name of an alternative, for people. */
export function shownName({ name, dynamic }: Alternative): string {
  return dynamic ? "(as its conditions match)" : name;
}

/** An alternative in its place. */
export interface Placed {
  readonly item: Item;
  readonly alternative: Alternative;
  /** From 0, in the order of evaluation. */
  readonly rank: number;
}

/** The items of one class, and what they match: only the first of equal alternatives counts. */
export interface Side {
  readonly items: readonly Item[];
  readonly alternatives: ReadonlyMap<string, Placed>;
}

/**
 * `never`: no event is logged. `unless`: logged when no exclude matches. `only`: logged when an
 * include matches and no exclude does.
 */
export type Behaviour = "never" | "unless" | "only";

/** What happens to the events of one tag. */
export interface EventForm {
  readonly behaviour: Behaviour;
  readonly exclude: Side;
  readonly include: Side;
  /** As they stand in the file, empty ones included. */
  readonly elements: readonly EventElement[];
}

const NOTHING: Side = { items: [], alternatives: new Map() };

/** The form of every event tag that the configuration speaks of, and of those alone. */
export function formsOf(config: Config): ReadonlyMap<string, EventForm> {
  const byTag = Map.groupBy(config.elements, (element) => element.tag);
  return new Map([...byTag].map(([tag, elements]) => [tag, formOf(elements)]));
}

/** The form of a tag that a configuration does not speak of (V3). */
export function defaultForm(tag: string): EventForm {
  const isLogged = eventsByTag(tag)[0].defaultAction === "include";
  return {
    behaviour: isLogged ? "unless" : "never",
    exclude: NOTHING,
    include: NOTHING,
    elements: [],
  };
}

function formOf(elements: readonly EventElement[]): EventForm {
  const ordered = evaluationOrder(elements);
  const side = (onmatch: EventElement["onmatch"]) =>
    sideOf(ordered.filter((element) => element.onmatch === onmatch));
  const exclude = side("exclude");
  const include = side("include");
  if (elements.length === 1 && elements[0].onmatch === "exclude") {
    // The empty key is that of no clauses: such an alternative excludes everything.
    return exclude.alternatives.has("")
      ? { behaviour: "never", exclude: NOTHING, include: NOTHING, elements }
      : { behaviour: "unless", exclude, include: NOTHING, elements };
  }
  return include.alternatives.size === 0 || exclude.alternatives.has("")
    ? { behaviour: "never", exclude: NOTHING, include: NOTHING, elements }
    : { behaviour: "only", exclude, include, elements };
}

function sideOf(ordered: readonly EventElement[]): Side {
  const items = ordered.flatMap(itemsOf);
  const alternatives = new Map<string, Placed>();
  let rank = 0;
  for (const item of items) {
    for (const alternative of item.alternatives) {
      if (alternatives.has(alternative.key)) continue;
      alternatives.set(alternative.key, { item, alternative, rank: rank++ });
    }
  }
  return { items, alternatives };
}

function itemsOf(element: EventElement): Item[] {
  if (element.items.length === 0) return [];
  const series = eventsByTag(element.tag);
  if (element.combination === "and" && element.items.length > 1) {
    const inOrder = element.items.flatMap((item) =>
      item.kind === "rule" ? item.conditions : [item]
    );
    return [{
      element,
      node: element,
      alternatives: together(termsOfElement(element), inOrder, series),
    }];
  }
  return element.items.map((node) => ({
    element,
    node,
    alternatives: node.kind === "condition"
      ? apart([node], series)
      : node.combination === "or"
      ? apart(node.conditions, series)
      : together(node.conditions.map((condition) => [condition]), node.conditions, series),
  }));
}

/** Conditions that match each by itself; a list is as many. */
function apart(
  conditions: readonly Condition[],
  series: readonly EventDefinition[],
): Alternative[] {
  return conditions.flatMap((condition) => {
    const clauses = clausesOf(condition, series);
    if (clauses === undefined) return [];
    const name = condition.name || "-";
    const each = clauses.length === 1 ? clauses[0].map((atom) => [[atom]]) : [clauses];
    return each.map((own) => ({ clauses: own, key: keyOf(own), name, dynamic: false }));
  });
}

/** V9: conditions on one field are alternatives, so is what stands in an `or` Rule. */
function termsOfElement({ items }: EventElement): (readonly Condition[])[] {
  const pools = Map.groupBy(
    items.filter((item) => item.kind === "condition"),
    (condition) => condition.field,
  );
  const rules = items.filter((item) => item.kind === "rule");
  return [
    ...pools.values(),
    ...rules.flatMap(({ combination, conditions }) =>
      combination === "or" ? [conditions] : conditions.map((condition) => [condition])
    ),
  ];
}

/** Terms that must all match; of each, at least one condition. `inOrder`: all, as they are tried. */
function together(
  terms: readonly (readonly Condition[])[],
  inOrder: readonly Condition[],
  series: readonly EventDefinition[],
): Alternative[] {
  const all: Clause[] = [];
  for (const term of terms) {
    const clauses = disjunction(term.map((condition) => clausesOf(condition, series)));
    if (clauses === undefined) return [];
    all.push(...clauses);
  }
  return [{ clauses: all, key: keyOf(all), ...nameOf(terms, inOrder) }];
}

const MOST_CLAUSES = 256;

/** At least one of these must hold. */
function disjunction(parts: readonly Conjunction[]): Conjunction {
  const possible = parts.filter((part) => part !== undefined);
  if (possible.length === 0) return undefined;
  let result: readonly Clause[] = [[]];
  for (const clauses of possible) {
    if (clauses.length === 0) return [];
    if (result.length * clauses.length > MOST_CLAUSES) return [[opaque(possible)]];
    result = result.flatMap((left) => clauses.map((right) => [...left, ...right]));
  }
  return result;
}

/** Stands for a disjunction that would be too long when taken apart. */
function opaque(parts: readonly (readonly Clause[])[]): Atom {
  const { field, operator } = parts[0][0][0];
  const value = parts.map(keyOf).toSorted().join(" or ");
  return { field, slot: value, operator, value, key: JSON.stringify(["or", value]) };
}

/** V18: the name of the last condition that matched and has one. */
function nameOf(
  terms: readonly (readonly Condition[])[],
  inOrder: readonly Condition[],
): { name: string; dynamic: boolean } {
  const uniform = terms.every((term) => term.every(({ name }) => name === term[0].name));
  const names = new Set(inOrder.flatMap(({ name }) => name ?? []));
  if (uniform && names.size <= 1) return { name: [...names][0] || "-", dynamic: false };
  if (terms.every((term) => term.length === 1)) {
    return {
      name: inOrder.findLast(({ name }) => name !== undefined)!.name || "-",
      dynamic: false,
    };
  }
  // Where one of a term has matched, its others are not asked, nor give their names.
  const inTurn = [...new Set(inOrder.map((one) => terms.find((term) => term.includes(one))))];
  const parts = inOrder.map((one) => [
    [one.field, one.fieldIndex, one.operator, foldAscii(one.value)],
    one.name ?? null,
    inTurn.findIndex((term) => term?.includes(one)),
  ]);
  return { name: JSON.stringify(parts), dynamic: true };
}
