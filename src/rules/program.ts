/** The compiled form of a configuration's elements, per event id. */
import type { TextTest } from "./operators.ts";

/**
 * Conditions look at slots: slot `i` below `LAST_PART` is the folded text of field `i`, slot
 * `LAST_PART + i` what follows the last path separator in it.
 */
export const LAST_PART = 32;
export const SLOTS = 2 * LAST_PART;

/** A condition as it applies to one event id. */
export interface CompiledCondition {
  readonly kind: "condition";
  /** Position among the element's items. */
  readonly order: number;
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
}

/** A Rule as it applies to one event id. */
export interface CompiledRule {
  readonly kind: "rule";
  readonly order: number;
  readonly needsAll: boolean;
  readonly conditions: readonly CompiledCondition[];
}

/** An item of an event element. */
export type CompiledItem = CompiledCondition | CompiledRule;

/** Conditions of one OR element that ask whether one slot equals a text: one look-up for all. */
export interface EqualityPool {
  readonly slot: number;
  /** The first condition, in document order, that each text satisfies. */
  readonly byText: ReadonlyMap<string, CompiledCondition>;
}

/** An event element as it applies to one event id. */
export interface CompiledElement {
  readonly includes: boolean;
  readonly needsAll: boolean;
  readonly pools: readonly EqualityPool[];
  /** Items that no pool answers, in document order. */
  readonly items: readonly CompiledItem[];
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
}
