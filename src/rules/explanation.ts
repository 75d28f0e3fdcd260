/** Why an event is logged or dropped: the shape of the answer. */
import type { Condition, EventElement, RuleNode } from "../config/model.ts";

/**
 * How a condition fared: `not reached` when evaluation was over before, `skipped` when another
 * condition on its field had matched already (V9), `other event` when this event does not have the
 * field there (V13), `no data` when a typed field was empty (V16).
 */
export type ConditionOutcome =
  | "matched"
  | "not matched"
  | "skipped"
  | "not reached"
  | "other event"
  | "no data";

/** One condition and what it saw. */
export interface ConditionTrace {
  readonly kind: "condition";
  readonly condition: Condition;
  readonly outcome: ConditionOutcome;
  /** The field's text as it was compared, in original case; undefined when it was not looked at. */
  readonly text: string | undefined;
}

/** One `<Rule>` and its conditions. */
export interface RuleTrace {
  readonly kind: "rule";
  readonly rule: RuleNode;
  readonly outcome: "matched" | "not matched" | "not reached" | "no data";
  readonly conditions: readonly ConditionTrace[];
}

/** One event element. */
export interface ElementTrace {
  readonly element: EventElement;
  readonly outcome: "matched" | "not matched" | "not reached" | "no data";
  /** All items in document order. */
  readonly items: readonly (ConditionTrace | RuleTrace)[];
}

/** What happened to an event, and why. */
export interface Explanation {
  readonly logged: boolean;
  /** Of a logged event: the name that was reported, `-` when nothing named matched. */
  readonly ruleName: string | undefined;
  /**
   * `always`: events 4, 16 and 255 (V1). `default`: no element speaks of the event (V3). `matched`:
   * `decidedBy` did. `unmatched`: nothing did (V5).
   */
  readonly reason: "always" | "default" | "matched" | "unmatched";
  readonly decidedBy: ElementTrace | undefined;
  /** All elements for the event, in the order of their evaluation (V2). */
  readonly elements: readonly ElementTrace[];
}
