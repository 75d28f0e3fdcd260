/**
 * Decisions: tests of an event's texts, each leading to another one or to a verdict. Built from the
 * end: what is to follow is given when a test is made.
 */
import type { Combination } from "../config/model.ts";

/** How the kernel compares a text with a pattern (`GUARD_IS` … in bpf/guard_match.h). */
export const Operation = { IS: 0, BEGINS: 1, ENDS: 2, CONTAINS: 3 } as const;

/** One of {@link Operation}. */
export type OperationCode = (typeof Operation)[keyof typeof Operation];

/** The end of a decision. */
export type Verdict = "deny" | "allow";

/** What is to be done next. */
export type Next = Verdict | Test;

/** One comparison. */
export interface Test {
  readonly operation: OperationCode;
  /** Which text: a number of `GUARD_TARGET` …, with {@link LAST_PART} added for its last part. */
  readonly slot: number;
  /** Folded, UTF-8. */
  readonly pattern: Uint8Array<ArrayBuffer>;
  readonly ifTrue: Next;
  readonly ifFalse: Next;
}

/** Added to a text's number for what follows the last separator in it. */
export const LAST_PART = 8;

/** Something that is true or false of an event: leads on accordingly. */
export type Predicate = (ifTrue: Next, ifFalse: Next) => Next;

/** The predicate that is always true, or always false. */
export function constant(value: boolean): Predicate {
  return (ifTrue, ifFalse) => value ? ifTrue : ifFalse;
}

/** The opposite. */
export function not(predicate: Predicate): Predicate {
  return (ifTrue, ifFalse) => predicate(ifFalse, ifTrue);
}

/** All of some predicates, or any; of none, all are true and none is. */
export function combine(combination: Combination, predicates: readonly Predicate[]): Predicate {
  return combination === "and"
    ? (ifTrue, ifFalse) => predicates.reduceRight((next, one) => one(next, ifFalse), ifTrue)
    : (ifTrue, ifFalse) => predicates.reduceRight((next, one) => one(ifTrue, next), ifFalse);
}
