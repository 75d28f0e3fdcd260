/** The compiled form of a configuration's elements, per event id. */
import type { AnchoredTexts } from "./anchored.ts";
import type { TextTest } from "./operators.ts";
import type { Scanner } from "./scanner.ts";

/**
 * Conditions look at slots: slot `i` below `LAST_PART` is the folded text of field `i`, slot
 * `LAST_PART + i` what follows the last path separator in it.
 */
export const LAST_PART = 32;
/** How many slots there are. */
export const SLOTS = 2 * LAST_PART;

/** A condition as it applies to one event id. */
export interface CompiledCondition {
  readonly kind: "condition";
  readonly test: TextTest;
  /** What it looks at; -1 where this event does not have the field there (V13). */
  readonly slot: number;
  /** One bit for the field, for pooling conditions on one field (V9). */
  readonly fieldBit: number;
  /** Whether a later condition of the same element, outside Rules, looks at the same field. */
  readonly hasLaterAlternative: boolean;
  /** Whether missing data fails the whole element (V16). */
  readonly failsWithoutData: boolean;
  /** Undefined when the condition has no name; empty hides an outer name. */
  readonly name: string | undefined;
  /** The wake id without which the item cannot match; -1: it may always. */
  readonly wake: number;
}

/** A Rule as it applies to one event id. */
export interface CompiledRule {
  readonly kind: "rule";
  readonly needsAll: boolean;
  readonly conditions: readonly CompiledCondition[];
  /** As that of a condition. */
  readonly wake: number;
}

/** An item of an event element. */
export type CompiledItem = CompiledCondition | CompiledRule;

/** An event element as it applies to one event id. */
export interface CompiledElement {
  readonly includes: boolean;
  readonly needsAll: boolean;
  /** In document order. */
  readonly items: readonly CompiledItem[];
  /** Positions of the items of an OR element that may always match, ascending. */
  readonly sleepless: readonly number[];
  /** Positions of all others: that of the item with wake id `firstWake + i` at `i`. */
  readonly wakeable: readonly number[];
  readonly firstWake: number;
  /** For an AND element what `wake` is for an item. */
  readonly wake: number;
}

/** A field and what its text is searched for. */
export interface TriggerSearch {
  readonly field: number;
  readonly anchored: AnchoredTexts | undefined;
  readonly scanner: Scanner | undefined;
}

/** What happens to events of one id. */
export interface Program {
  /** In the order of evaluation (V2). */
  readonly elements: readonly CompiledElement[];
  /** Whether an event that nothing matches is logged (V3, V5). */
  readonly logsUnmatched: boolean;
  /** Whether any event of this id can be logged. */
  readonly wanted: boolean;
  /** Slots to be forgotten between two events. */
  readonly slots: readonly number[];
  /** Position of RuleName, which conditions see as `-` (V17), or -1. */
  readonly ruleNameField: number;
  readonly searches: readonly TriggerSearch[];
  /** How many wake ids there are; they grow in the order of evaluation. */
  readonly wakeIds: number;
  /** Fields that fail an element when they have no data; then nothing may be skipped. */
  readonly typedFields: readonly number[];
}
