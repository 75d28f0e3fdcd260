/**
 * Warnings for habits of Sysmon's rule evaluation that are kept but surprise (config-semantics
 * section 8): Q1, Q5, Q6, Q8, Q9, Q10 and Q28, with Q23 in load.ts.
 *
 * They are given whenever a configuration is loaded, also by the sensor, because each says that the
 * file as a whole does something else than it seems to say, on every system, and because finding them
 * costs next to nothing. What depends on the system that the file is meant for (Q4), what may be meant
 * as it stands (Q7), and what takes comparing rules with each other or knowing what fields hold, is
 * for src/lint, which people run where they write the file.
 */
import { eventsByTag } from "../schema/events.ts";
import type { Operator } from "../schema/options.ts";
import type { EventDefinition } from "../schema/types.ts";
import type { Reporter } from "./diagnostics.ts";
import type { Condition, Config, EventElement, RuleNode } from "./model.ts";

const NEGATIVE: ReadonlySet<Operator> = new Set([
  "is not",
  "excludes",
  "excludes any",
  "excludes all",
  "not begin with",
  "not end with",
]);
const SEARCHED_LISTS: ReadonlySet<Operator> = new Set([
  "contains any",
  "contains all",
  "excludes any",
  "excludes all",
]);

/** Reports every surprising habit that the configuration runs into. */
export function warnOfQuirks(config: Config, reporter: Reporter): void {
  for (const elements of Map.groupBy(config.elements, (element) => element.tag).values()) {
    warnOfImpossibleEvent(elements, reporter);
  }
  for (const element of config.elements) {
    warnOfDefaultCombination(element, reporter);
    warnOfPooledNegatives(element, reporter);
    for (const item of element.items) {
      if (item.kind === "rule") warnOfRule(item, reporter);
      for (const condition of item.kind === "rule" ? item.conditions : [item]) {
        warnOfCondition(condition, reporter);
        warnOfSeries(element, item, condition, reporter);
      }
    }
  }
}

/** Q1: two elements without a match drop the event, even if both are `exclude`. */
function warnOfImpossibleEvent(elements: readonly EventElement[], reporter: Reporter): void {
  if (elements.length < 2) return;
  if (elements.some((e) => e.onmatch === "include" && e.items.length > 0)) return;
  // Only empty `include` elements: that nothing is logged is what they say.
  if (elements.every((element) => element.onmatch === "include")) return;
  const [, second] = elements;
  reporter.warn(
    "MON101",
    second.offset,
    `no ${second.tag} event is ever logged: with two or more elements an event without a match is ` +
      "dropped, and none of them includes anything",
    "merge them into one element",
  );
}

/** Q28: outside of a RuleGroup the schema version decides how an element combines. */
function warnOfDefaultCombination(element: EventElement, reporter: Reporter): void {
  if (element.inGroup !== false || element.combination === "or") return;
  const fields = new Set(element.items.map((item) => item.kind === "rule" ? item : item.field));
  if (fields.size < 2) return;
  reporter.warn(
    "MON111",
    element.offset,
    `<${element.tag}> stands outside of a RuleGroup: from schema version 4.11 on it matches only ` +
      "when conditions on all its fields and all its Rules do",
    'put it into <RuleGroup groupRelation="or"> or <RuleGroup groupRelation="and">',
  );
}

/** Q9: outside Rules, conditions on one field of an `and` element are alternatives. */
function warnOfPooledNegatives(element: EventElement, reporter: Reporter): void {
  if (element.combination === "or") return;
  const conditions = element.items.filter((item) => item.kind === "condition");
  for (const pooled of Map.groupBy(conditions, (condition) => condition.field).values()) {
    const different = new Set(pooled.map(({ operator, value }) => `${operator} ${value}`));
    const negative = pooled.find((condition) => NEGATIVE.has(condition.operator));
    if (negative === undefined || different.size < 2) continue;
    reporter.warn(
      "MON109",
      negative.offset,
      `conditions on ${negative.field} are alternatives here, so '${negative.operator}' holds ` +
        "nearly always",
      'put them into <Rule groupRelation="and">',
    );
  }
}

/** Q8: a Rule without groupRelation combines with `or`, whatever surrounds it. */
function warnOfRule(rule: RuleNode, reporter: Reporter): void {
  if (rule.relationGiven || rule.conditions.length < 2) return;
  reporter.warn(
    "MON108",
    rule.offset,
    "<Rule> without groupRelation matches when any of its conditions does",
    'write groupRelation="and" or groupRelation="or"',
  );
}

function warnOfCondition(condition: Condition, reporter: Reporter): void {
  const { operator, value, valueOffset } = condition;
  if (SEARCHED_LISTS.has(operator)) warnOfEmptyItem(condition, reporter);
  if ((operator === "less than" || operator === "more than") && /^\s*(0x)?\d+\s*$/i.test(value)) {
    reporter.warn(
      "MON106",
      valueOffset,
      `'${operator}' compares text, not numbers: 80 is not less than 1024`,
      "list the values with 'is any', or compare the first digits with 'begin with'",
    );
  }
}

/** Q5: an empty item occurs in every text at the end; elsewhere it is the rest of the list (O6). */
function warnOfEmptyItem({ operator, value, valueOffset }: Condition, reporter: Reporter): void {
  const items = value.split(";");
  const isLast = items.indexOf("") === items.length - 1;
  if (items.length < 2 || !items.includes("")) return;
  const needsAll = operator.endsWith(" all");
  // Every text contains the empty one, so that it takes nothing away from the other items.
  if (isLast && needsAll) return;
  const message = items.at(-1) === "" && !needsAll
    ? `the list ends with ';': its last item is empty and occurs in every text, so '${operator}' ` +
      (operator === "contains any" ? "always matches" : "never matches")
    : `the list has an empty item: instead of it, '${operator}' looks for the rest of the list ` +
      "from there on, ';' included";
  reporter.warn("MON105", valueOffset, message, "remove the needless ';'");
}

/** Q10: in a series a field is compared only where it has the same position (V13). */
function warnOfSeries(
  element: EventElement,
  item: Condition | RuleNode,
  { field, fieldIndex, offset }: Condition,
  reporter: Reporter,
): void {
  const series = eventsByTag(element.tag);
  if (series.length < 2) return;
  const together = [
    ...(element.combination === "and" ? element.items.flatMap(neededBy) : []),
    ...neededBy(item),
  ];
  const missed = series.filter((event) =>
    event.fieldIndex.has(field) && event.fieldIndex.get(field) !== fieldIndex &&
    together.every((other) => other === field || isSeen(other, element, event))
  );
  if (missed.length === 0) return;
  reporter.warn(
    "MON110",
    offset,
    `${field} is compared only for event ${element.eventId} and others that have it in the same ` +
      `place, never for event ${missed.map((event) => event.id).join(", ")}`,
    "ask another field, or write an element for each event with a field that only it has",
  );
}

/** Fields that an event must have for the item to match. */
function neededBy(item: Condition | RuleNode): string[] {
  if (item.kind === "condition") return [item.field];
  return item.combination === "and" || item.conditions.length === 1
    ? item.conditions.map((condition) => condition.field)
    : [];
}

function isSeen(field: string, element: EventElement, event: EventDefinition): boolean {
  const bound = eventsByTag(element.tag).find(({ id }) => id === element.eventId);
  return event.fieldIndex.has(field) &&
    event.fieldIndex.get(field) === bound?.fieldIndex.get(field);
}
