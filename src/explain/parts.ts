/** What elements, rules and conditions say, for programs; their places come behind it. */
import type { Condition, EventElement, RuleNode } from "../config/model.ts";

/** `onmatch`, `combination` and, where it has one, the name of its RuleGroup. */
export function elementParts({ onmatch, combination, groupName }: EventElement) {
  return { onmatch, combination, ...(groupName !== undefined && { group: groupName.text }) };
}

/** `kind`, `combination` and, where it has one, its name. */
export function ruleParts({ name, combination }: RuleNode) {
  return { kind: "rule", ...(name !== undefined && { name: name.text }), combination };
}

/** `kind`, `field`, `operator`, `value` and, where it has one, its name. */
export function conditionParts({ field, operator, value, name }: Condition) {
  return { kind: "condition", field, operator, value, ...(name !== undefined && { name }) };
}
