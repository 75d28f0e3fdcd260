/**
 * Which texts must occur in an event before an item is worth evaluating.
 *
 * Most items of most configurations ask for some text in some field, and most events have none of
 * these texts. One pass over each field finds the few items that may match; the others are skipped.
 */
import { AnchoredTexts } from "./anchored.ts";
import { necessaryTexts } from "./operators.ts";
import {
  type CompiledCondition,
  type CompiledElement,
  type CompiledItem,
  LAST_PART,
  type TriggerSearch,
} from "./program.ts";
import { isSearchable, ScannerBuilder } from "./scanner.ts";
import type { ImageSeparator } from "./text.ts";

/** With fewer patterns on a field, looking for each of them is as fast as one search for all. */
const FEWEST_PATTERNS = 4;

/** A text in a field, anywhere or at an end of it. */
interface FieldPattern {
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly field: number;
}

/** Patterns of which one must occur; empty for what never matches, undefined for what may always. */
type Trigger = readonly FieldPattern[] | undefined;

/** Elements with `wake` set where a trigger exists, the searches, and how many wake ids there are. */
export interface Triggered {
  readonly elements: readonly CompiledElement[];
  readonly searches: readonly TriggerSearch[];
  readonly wakeIds: number;
}

/**
 * Finds triggers for the items of OR elements and for whole AND elements. `fieldsToSearch` are the
 * fields whose text may be searched.
 */
export function addTriggers(
  elements: readonly CompiledElement[],
  fieldsToSearch: ReadonlySet<number>,
  separator: ImageSeparator,
): Triggered {
  const canBeFound = (pattern: FieldPattern) =>
    fieldsToSearch.has(pattern.field) &&
    (pattern.atStart || pattern.atEnd || isSearchable(pattern.text));
  const usable = (trigger: Trigger): Trigger => trigger?.every(canBeFound) ? trigger : undefined;
  const wanted = elements.map((element) =>
    element.needsAll
      ? [usable(triggerOfAll(element.items, separator))]
      : element.items.map((item) => usable(triggerOfItem(item, separator)))
  );
  const searches = new Searches(wanted.flat());
  const triggered = elements.map((element, e): CompiledElement => {
    if (element.needsAll) return { ...element, wake: searches.wakeOf(wanted[e][0]) };
    const items = element.items.map((item, i) => ({
      ...item,
      wake: searches.wakeOf(wanted[e][i]),
    }));
    return { ...element, items, ...sleepOf(items) };
  });
  return { elements: triggered, searches: searches.build(), wakeIds: searches.wakeIds };
}

/** Which items must always be looked at, and where those are that can be woken. */
function sleepOf(items: readonly CompiledItem[]) {
  const positions = [...items.keys()];
  const wakeable = positions.filter((position) => items[position].wake !== -1);
  return {
    sleepless: positions.filter((position) => items[position].wake === -1),
    wakeable,
    firstWake: wakeable.length === 0 ? 0 : items[wakeable[0]].wake,
  };
}

/** Collects the searches of all fields; wake ids grow in the order in which they are asked for. */
class Searches {
  readonly #searched: ReadonlySet<number>;
  readonly #anchored = new Map<number, AnchoredTexts>();
  readonly #scanners = new Map<number, ScannerBuilder>();
  wakeIds = 0;

  constructor(triggers: readonly Trigger[]) {
    const counts = Map.groupBy(triggers.flat().filter((p) => p !== undefined), (p) => p.field);
    this.#searched = new Set(
      [...counts].filter(([, { length }]) => length >= FEWEST_PATTERNS).map(([field]) => field),
    );
  }

  /** A new wake id for what has this trigger; -1 where nothing is searched for it. */
  wakeOf(trigger: Trigger): number {
    if (trigger === undefined || !trigger.every(({ field }) => this.#searched.has(field))) {
      return -1;
    }
    const id = this.wakeIds++;
    for (const pattern of trigger) this.#add(pattern, id);
    return id;
  }

  #add(pattern: FieldPattern, id: number): void {
    const { field, text, atStart, atEnd } = pattern;
    if (atStart || atEnd) {
      this.#anchored.getOrInsertComputed(field, () => new AnchoredTexts()).add(pattern, id);
    } else {
      this.#scanners.getOrInsertComputed(field, () => new ScannerBuilder()).add(text, id);
    }
  }

  build(): TriggerSearch[] {
    return [...new Set([...this.#anchored.keys(), ...this.#scanners.keys()])].map((field) => ({
      field,
      anchored: this.#anchored.get(field),
      scanner: this.#scanners.get(field)?.build(),
    }));
  }
}

function triggerOfItem(item: CompiledItem, separator: ImageSeparator): Trigger {
  if (item.kind === "condition") return triggerOfCondition(item, separator);
  const triggers = item.conditions.map((condition) => triggerOfCondition(condition, separator));
  return item.needsAll ? strongest(triggers) : union(triggers);
}

/** An AND element needs each of its Rules, and one condition of each field. */
function triggerOfAll(items: readonly CompiledItem[], separator: ImageSeparator): Trigger {
  const conditions = items.filter((item) => item.kind === "condition");
  const fields = [...Map.groupBy(conditions, (condition) => condition.fieldBit).values()];
  return strongest([
    ...fields.map((alternatives) => union(alternatives.map((c) => triggerOfItem(c, separator)))),
    ...items.filter((item) => item.kind === "rule").map((rule) => triggerOfItem(rule, separator)),
  ]);
}

function triggerOfCondition(condition: CompiledCondition, separator: ImageSeparator): Trigger {
  const { slot, test } = condition;
  if (slot === -1) return [];
  const texts = necessaryTexts(test);
  if (slot < LAST_PART) return texts?.map((pattern) => ({ ...pattern, field: slot }));
  const field = slot - LAST_PART;
  if (test.text === "") return undefined;
  const separators = separator === "/" ? ["\\", "/"] : ["\\"];
  return [
    { text: test.text, atStart: true, atEnd: true, field },
    ...separators.map((s) => ({ text: s + test.text, atStart: false, atEnd: true, field })),
  ];
}

function union(triggers: readonly Trigger[]): Trigger {
  const patterns: FieldPattern[] = [];
  for (const trigger of triggers) {
    if (trigger === undefined) return undefined;
    patterns.push(...trigger);
  }
  return patterns;
}

/** The trigger that is least likely to occur by chance. */
function strongest(triggers: readonly Trigger[]): Trigger {
  let best: Trigger;
  for (const trigger of triggers) {
    if (trigger === undefined) continue;
    if (best === undefined || strength(trigger) > strength(best)) best = trigger;
  }
  return best;
}

function strength(trigger: readonly FieldPattern[]): number {
  let weakest = Infinity;
  for (const { text, atStart, atEnd } of trigger) {
    weakest = Math.min(weakest, text.length + (atStart ? 2 : 0) + (atEnd ? 2 : 0));
  }
  return weakest;
}
