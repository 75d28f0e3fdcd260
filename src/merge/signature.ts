/** What a rule says, as a text that is the same for two rules that match the same. */
import type { Condition, RuleNode } from "../config/mod.ts";

/** Without names: conditions ignore the case of ASCII letters (config-semantics E12, O2). */
export function signatureOf(item: Condition | RuleNode): string {
  if (item.kind === "condition") {
    const value = item.value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    return JSON.stringify([item.field, item.fieldIndex, item.operator, value]);
  }
  const { combination, conditions } = item;
  return `${conditions.length > 1 ? combination : "and"} ${conditions.map(signatureOf)}`;
}

/** The names that it can give to an event, in the order of its conditions. */
export function namesOf(item: Condition | RuleNode): string {
  const conditions = item.kind === "rule" ? item.conditions : [item];
  return JSON.stringify(conditions.map(({ name }) => name || "-"));
}
