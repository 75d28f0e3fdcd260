/**
 * Which texts must occur in an event before an item is worth evaluating.
 *
 * Most items of most configurations ask for some text in some field, and most events have none of
 * these texts. One pass over each field finds the few items that may match; the others are skipped.
 */
import { necessaryTexts } from "./operators.ts";
import {
  type CompiledCondition,
  type CompiledElement,
  type CompiledItem,
  LAST_PART,
  type TriggerScanner,
} from "./program.ts";
import { type Pattern, ScannerBuilder } from "./scanner.ts";
import type { ImageSeparator } from "./text.ts";

/** With fewer patterns on a field, looking for each of them is as fast as one pass for all. */
const FEWEST_PATTERNS = 4;

/** A pattern in a field. */
interface FieldPattern extends Pattern {
  readonly field: number;
}

/** Patterns of which one must occur; empty for what never matches, undefined for what may always. */
type Trigger = readonly FieldPattern[] | undefined;

/** Elements with `wake` set where a trigger exists, the scanners, and how many wake ids there are. */
export interface Triggered {
  readonly elements: readonly CompiledElement[];
  readonly scanners: readonly TriggerScanner[];
  readonly wakeIds: number;
}

/**
 * Finds triggers for the items of OR elements and for whole AND elements. `fieldsToScan` are the
 * fields whose text may be searched.
 */
export function addTriggers(
  elements: readonly CompiledElement[],
  fieldsToScan: ReadonlySet<number>,
  separator: ImageSeparator,
): Triggered {
  const triggerOf = (trigger: Trigger): Trigger =>
    trigger?.every((pattern) => fieldsToScan.has(pattern.field)) ? trigger : undefined;
  const wanted = elements.map((element) =>
    element.needsAll
      ? [triggerOf(triggerOfAll(element.items, separator))]
      : element.items.map((item) => triggerOf(triggerOfItem(item, separator)))
  );
  const counts = Map.groupBy(wanted.flat(2).filter((p) => p !== undefined), (p) => p.field);
  const builders = new Map<number, ScannerBuilder>();
  for (const [field, patterns] of counts) {
    if (patterns.length >= FEWEST_PATTERNS) builders.set(field, new ScannerBuilder());
  }
  let wakeIds = 0;
  const assign = (trigger: Trigger): number => {
    if (trigger === undefined) return -1;
    const id = wakeIds++;
    const taken = trigger.every((p) => builders.get(p.field)?.add(p, id) ?? false);
    return taken ? id : -1;
  };
  const triggered = elements.map((element, e): CompiledElement => {
    if (element.needsAll) return { ...element, wake: assign(wanted[e][0]) };
    const items = element.items.map((item, i) => ({ ...item, wake: assign(wanted[e][i]) }));
    return { ...element, items, sleepless: items.filter((item) => item.wake === -1) };
  });
  const scanners = [...builders]
    .filter(([, builder]) => builder.patterns > 0)
    .map(([field, builder]) => ({ field, scanner: builder.build() }));
  return { elements: triggered, scanners, wakeIds };
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
