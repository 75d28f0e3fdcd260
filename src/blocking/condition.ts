/** One condition as the kernel can decide it. */
import type { Condition } from "../config/model.ts";
import { compileTest, matches } from "../rules/operators.ts";
import { foldAscii, isPath, lastPart, NO_DATA } from "../rules/text.ts";
import {
  combine,
  constant,
  LAST_PART,
  not,
  Operation,
  type OperationCode,
  type Predicate,
} from "./decision.ts";

/** The texts that the kernel has, by field (`GUARD_TARGET` … in bpf/guard_match.h). */
const SLOTS: ReadonlyMap<string, number> = new Map([
  ["TargetFilename", 0],
  ["Image", 1],
  ["User", 2],
  ["ProcessId", 3],
  ["IsExecutable", 4],
]);

/** No text of the kernel's is longer; a longer pattern never occurs. */
const LONGEST_TEXT = 8192;
/** What bytes that are no UTF-8 look like here; the kernel sees the bytes. */
const REPLACEMENT = "\ufffd";

/** A condition that cannot be decided in the kernel; the message says why. */
export class Undecidable extends Error {}

/**
 * Whether a condition is true of an event.
 *
 * @throws {Undecidable}
 */
export function compileCondition(
  { field, operator, value }: Condition,
  usersKnown: true | string,
): Predicate {
  const test = compileTest(operator, value);
  const looksAtLastPart = operator === "image" && !isPath(value, "/");
  // While rules are evaluated there is no name yet (V17).
  if (field === "RuleName") {
    return constant(matches(test, looksAtLastPart ? lastPart(NO_DATA, "/") : NO_DATA));
  }
  const text = SLOTS.get(field);
  if (text === undefined) throw new Undecidable(`the kernel does not know ${field}`);
  if (field === "User" && usersKnown !== true) throw new Undecidable(usersKnown);
  if (operator === "less than" || operator === "more than") {
    throw new Undecidable(`the kernel cannot decide '${operator}'`);
  }
  if (value.includes(REPLACEMENT)) {
    throw new Undecidable("U+FFFD stands for bytes that are not known");
  }
  const slot = text + (looksAtLastPart ? LAST_PART : 0);
  const compare = (operation: OperationCode) => (pattern: string): Predicate =>
    comparison(operation, slot, pattern);
  switch (operator) {
    case "is":
    case "image":
      return compare(Operation.IS)(value);
    case "is not":
      return not(compare(Operation.IS)(value));
    case "is any":
      return combine("or", [...test.set].map(compare(Operation.IS)));
    case "contains":
      return compare(Operation.CONTAINS)(value);
    case "excludes":
      return not(compare(Operation.CONTAINS)(value));
    case "contains any":
      return combine("or", test.items.map(compare(Operation.CONTAINS)));
    case "excludes any":
      return not(combine("or", test.items.map(compare(Operation.CONTAINS))));
    case "contains all":
      return combine("and", test.items.map(compare(Operation.CONTAINS)));
    case "excludes all":
      return not(combine("and", test.items.map(compare(Operation.CONTAINS))));
    case "begin with":
      return compare(Operation.BEGINS)(value);
    case "not begin with":
      return not(compare(Operation.BEGINS)(value));
    case "end with":
      return compare(Operation.ENDS)(value);
    case "not end with":
      return not(compare(Operation.ENDS)(value));
  }
}

function comparison(operation: OperationCode, slot: number, text: string): Predicate {
  const pattern = new TextEncoder().encode(foldAscii(text));
  if (pattern.length > LONGEST_TEXT) return constant(false);
  if (pattern.length === 0 && operation !== Operation.IS) return constant(true);
  return (ifTrue, ifFalse) =>
    ifTrue === ifFalse ? ifTrue : { operation, slot, pattern, ifTrue, ifFalse };
}
