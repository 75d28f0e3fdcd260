/** Config -> one program per event id. */
import type { Condition, Config, EventElement } from "../config/model.ts";
import { EVENTS, fieldAt } from "../schema/events.ts";
import type { EventDefinition, FieldDefinition } from "../schema/types.ts";
import { canMatch, compileTest, NEVER_TEST } from "./operators.ts";
import {
  type CompiledCondition,
  type CompiledElement,
  type CompiledItem,
  LAST_PART,
  type Program,
} from "./program.ts";
import type { Platform } from "./platform.ts";
import { type ImageSeparator, isPath, ownCopy } from "./text.ts";
import { addTriggers } from "./triggers.ts";

/** How conditions are compiled. */
export interface CompileOptions {
  readonly imageSeparator: ImageSeparator;
  readonly platform: Platform;
  /** Whether items that cannot match may be skipped; their names are not left behind then. */
  readonly skipping: boolean;
}

/** Programs by event id. Events without a tag (4, 16, 255) are always logged (V1). */
export function compilePrograms(
  config: Config | undefined,
  options: CompileOptions,
): ReadonlyMap<number, Program> {
  const byTag = Map.groupBy(config?.elements ?? [], (element) => element.tag);
  return new Map(EVENTS.map((event) => {
    const elements = event.tag === null ? [] : byTag.get(event.tag) ?? [];
    return [event.id, compileEvent(event, elements, options)];
  }));
}

/** Fields whose missing data is text although their type is not (5.3: IsExecutable on Linux). */
const TEXT_WITHOUT_DATA: ReadonlySet<string> = new Set(["IsExecutable"]);

/** Whether a condition on the field fails its element where the field has no data (V16). */
export function failsWithoutData(field: FieldDefinition): boolean {
  return field.type !== "string" && !TEXT_WITHOUT_DATA.has(field.name);
}

function compileEvent(
  event: EventDefinition,
  elements: readonly EventElement[],
  options: CompileOptions,
): Program {
  const ordered = evaluationOrder(elements);
  const slots = new Set<number>();
  let anyInclude = false;
  const compiled = ordered.map((element): CompiledElement => {
    const items = compileItems(event, element, options);
    const needsAll = element.combination === "and";
    const includes = element.onmatch === "include";
    for (const slot of items.flatMap(slotsOf)) slots.add(slot);
    if (includes && elementCanMatch(items, needsAll)) anyInclude = true;
    const sleepless = [...items.keys()];
    return { includes, needsAll, items, sleepless, wakeable: [], firstWake: 0, wake: -1 };
  });
  const logsUnmatched = logsWithoutMatch(event, elements);
  const ruleNameField = event.fieldIndex.get("RuleName") ?? -1;
  const searchable = [...slots].filter((slot) => slot < LAST_PART && slot !== ruleNameField);
  const triggered = options.skipping
    ? addTriggers(compiled, new Set(searchable), options.imageSeparator)
    : { elements: compiled, searches: [], wakeIds: 0 };
  return {
    ...triggered,
    typedFields: searchable.filter((slot) => failsWithoutData(fieldAt(event, slot)!)),
    logsUnmatched,
    wanted: logsUnmatched || anyInclude,
    slots: [...slots],
    ruleNameField,
  };
}

/** Exclude before include, and the last in the file first (V2). */
export function evaluationOrder(elements: readonly EventElement[]): EventElement[] {
  const reversed = elements.toReversed();
  return [
    ...reversed.filter((element) => element.onmatch === "exclude"),
    ...reversed.filter((element) => element.onmatch === "include"),
  ];
}

/** Whether the event is logged when none of its elements matches (V1, V3, V5). */
export function logsWithoutMatch(
  event: EventDefinition,
  elements: readonly EventElement[],
): boolean {
  if (event.tag === null) return true;
  if (elements.length === 0) return event.defaultAction === "include";
  return elements.length === 1 && elements[0].onmatch === "exclude";
}

/** The slots that an item looks at, and those that these are made from. */
function slotsOf(item: CompiledItem): number[] {
  if (item.kind === "rule") return item.conditions.flatMap(slotsOf);
  if (item.slot === -1) return [];
  return item.slot < LAST_PART ? [item.slot] : [item.slot, item.slot - LAST_PART];
}

function compileItems(
  event: EventDefinition,
  element: EventElement,
  options: CompileOptions,
): CompiledItem[] {
  const later = new Set<string>();
  const items: CompiledItem[] = [];
  for (let order = element.items.length - 1; order >= 0; order--) {
    const item = element.items[order];
    if (item.kind === "rule") {
      items[order] = {
        kind: "rule",
        needsAll: item.combination === "and",
        conditions: item.conditions.map((c) => compileCondition(event, c, false, options)),
        wake: -1,
      };
    } else {
      const hasLater = later.has(item.field);
      later.add(item.field);
      items[order] = compileCondition(event, item, hasLater, options);
    }
  }
  return items;
}

function compileCondition(
  event: EventDefinition,
  condition: Condition,
  hasLaterAlternative: boolean,
  options: CompileOptions,
): CompiledCondition {
  const { operator, value, field, fieldIndex, name } = condition;
  const found = fieldAt(event, fieldIndex);
  const applies = found !== undefined && found.name === field;
  const { imageSeparator, platform } = options;
  const looksAtLastPart = operator === "image" &&
    !isPath(platform.expand(value) ?? "", imageSeparator);
  return {
    kind: "condition",
    test: applies ? compileTest(operator, value, platform) : NEVER_TEST,
    slot: applies ? fieldIndex + (looksAtLastPart ? LAST_PART : 0) : -1,
    fieldBit: 1 << fieldIndex,
    hasLaterAlternative,
    failsWithoutData: applies && failsWithoutData(found),
    name: name === undefined ? undefined : ownCopy(name),
    wake: -1,
  };
}

function elementCanMatch(items: readonly CompiledItem[], needsAll: boolean): boolean {
  if (!needsAll) return items.some(itemCanMatch);
  let possible = 0;
  let needed = 0;
  for (const item of items) {
    if (item.kind === "rule") {
      if (!itemCanMatch(item)) return false;
    } else {
      needed |= item.fieldBit;
      if (itemCanMatch(item)) possible |= item.fieldBit;
    }
  }
  return items.length > 0 && needed === possible;
}

function itemCanMatch(item: CompiledItem): boolean {
  // The last part of a path may be empty, so an empty operand of `image` can match.
  if (item.kind === "condition") return item.slot >= LAST_PART || canMatch(item.test);
  return item.needsAll ? item.conditions.every(itemCanMatch) : item.conditions.some(itemCanMatch);
}
