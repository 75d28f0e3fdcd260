/** Warnings for habits of Sysmon's rule evaluation that are kept but surprise (section 8). */
import { eventsByTag } from "../schema/events.ts";
import type { Operator } from "../schema/options.ts";
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
    warnOfPooledNegatives(element, reporter);
    for (const item of element.items) {
      if (item.kind === "rule") warnOfRule(item, reporter);
      for (const condition of item.kind === "rule" ? item.conditions : [item]) {
        warnOfCondition(element, condition, reporter);
      }
    }
  }
}

/** Q1: two elements without a match drop the event, even if both are `exclude`. */
function warnOfImpossibleEvent(elements: readonly EventElement[], reporter: Reporter): void {
  if (elements.length < 2) return;
  if (elements.some((e) => e.onmatch === "include" && e.items.length > 0)) return;
  const [, second] = elements;
  reporter.warn(
    "MON101",
    second.offset,
    `no ${second.tag} event is ever logged: with two or more elements an event without a match is ` +
      "dropped, and none of them includes anything; merge them into one",
  );
}

/** Q9: outside Rules, conditions on one field of an `and` element are alternatives. */
function warnOfPooledNegatives(element: EventElement, reporter: Reporter): void {
  if (element.combination === "or") return;
  const conditions = element.items.filter((item) => item.kind === "condition");
  for (const pooled of Map.groupBy(conditions, (condition) => condition.field).values()) {
    if (pooled.length < 2) continue;
    const negative = pooled.find((condition) => NEGATIVE.has(condition.operator));
    if (negative === undefined) continue;
    reporter.warn(
      "MON109",
      negative.offset,
      `conditions on ${negative.field} are alternatives here, so '${negative.operator}' holds ` +
        `nearly always; put them into <Rule groupRelation="and">`,
    );
  }
}

/** Q8: a Rule without groupRelation combines with `or`, whatever surrounds it. */
function warnOfRule(rule: RuleNode, reporter: Reporter): void {
  if (rule.relationGiven || rule.conditions.length < 2) return;
  reporter.warn(
    "MON108",
    rule.offset,
    "<Rule> without groupRelation matches when any of its conditions does; write groupRelation",
  );
}

function warnOfCondition(element: EventElement, condition: Condition, reporter: Reporter): void {
  const { operator, value, field } = condition;
  if (SEARCHED_LISTS.has(operator) && value.split(";").includes("")) {
    reporter.warn(
      "MON105",
      condition.valueOffset,
      `the list of '${operator}' has an empty item; at the end it occurs in every text, elsewhere ` +
        "the rest of the list is searched literally",
    );
  }
  if ((operator === "less than" || operator === "more than") && /^\s*(0x)?\d+\s*$/i.test(value)) {
    reporter.warn(
      "MON106",
      condition.valueOffset,
      `'${operator}' compares text, not numbers: 80 is not less than 1024`,
    );
  }
  const elsewhere = eventsByTag(element.tag).filter((event) => {
    const index = event.fieldIndex.get(field);
    return index !== undefined && index !== condition.fieldIndex;
  });
  if (elsewhere.length > 0) {
    reporter.warn(
      "MON110",
      condition.offset,
      `${field} is compared only for event ${element.eventId} and others that have it in the same ` +
        `place, never for event ${elsewhere.map((event) => event.id).join(", ")}`,
    );
  }
}
