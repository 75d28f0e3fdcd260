/** Picking events out of a log by their fields, in Sysmon's own operators. */
import type { Event } from "../events/event.ts";
import type { Operator } from "../schema/options.ts";
import { compileTest, matches, type TextTest } from "../rules/operators.ts";
import { fieldText, foldAscii, isPath, lastPart } from "../rules/text.ts";

/** A condition on a field, by the field's name: logs hold events of many kinds. */
export interface FieldTest {
  readonly field: string;
  readonly test: TextTest;
  /** Whether only what follows the last path separator is compared. */
  readonly lastPart: boolean;
}

/** A condition as in a configuration; `image` cuts at both kinds of separators. */
export function fieldTest(field: string, operator: Operator, value: string): FieldTest {
  return {
    field,
    test: compileTest(operator, value),
    lastPart: operator === "image" && !isPath(value, "/"),
  };
}

/** Whether the event passes all tests; one that lacks a field does not pass a test on it. */
export function passes(event: Event, tests: readonly FieldTest[]): boolean {
  return tests.every(({ field, test, lastPart: onlyLast }) => {
    const index = event.definition.fieldIndex.get(field);
    if (index === undefined) return false;
    const text = foldAscii(fieldText(event.values[index]));
    return matches(test, onlyLast ? lastPart(text, "/") : text);
  });
}
