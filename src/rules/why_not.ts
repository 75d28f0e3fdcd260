/** Which include element came nearest to logging an event that was not logged. */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import { evaluationOrder } from "./compile.ts";
import { tryCondition } from "./explain.ts";
import type { ConditionTrace } from "./explanation.ts";
import type { RuleOptions } from "./rule_set.ts";

/** The nearest way to a match of one element. */
export interface Miss {
  readonly element: EventElement;
  /** The Rule that came nearest, where the way leads through one alone. */
  readonly rule: RuleNode | undefined;
  /** Conditions that would have had to match, in document order; none where all that is needed did. */
  readonly missing: readonly ConditionTrace[];
  /** Conditions on that way which did match. */
  readonly matched: number;
}

/**
 * The include element that needs the fewest other conditions to match; among equals the one with
 * more conditions that do match, then the one evaluated first. Undefined where the configuration has
 * no include element for the event that could ever match it.
 */
export function nearestInclude(
  config: Config,
  event: Event,
  options: RuleOptions = {},
): Miss | undefined {
  const includes = config.elements.filter((element) =>
    element.tag === event.definition.tag && element.onmatch === "include"
  );
  let nearest: Miss | undefined;
  for (const element of evaluationOrder(includes)) {
    const way = nearestWay(element, (condition) => tryCondition(condition, event, options));
    if (way === undefined) continue;
    const miss = { element, ...way };
    if (nearest === undefined || isNearer(miss, nearest)) nearest = miss;
  }
  return nearest;
}

type Way = Omit<Miss, "element">;
type Try = (condition: Condition) => ConditionTrace;

function nearestWay(element: EventElement, attempt: Try): Way | undefined {
  if (element.combination === "or") {
    return nearestOf(element.items.map((item) => wayThrough(item, attempt)));
  }
  if (element.items.length === 0) return undefined;
  const conditions = element.items.filter((item) => item.kind === "condition");
  const rules = element.items.filter((item) => item.kind === "rule");
  const alternatives = [...Map.groupBy(conditions, ({ field }) => field).values()].map((pool) =>
    nearestOf(pool.map((condition) => wayThrough(condition, attempt)))
  );
  return together([...alternatives, ...rules.map((rule) => wayThrough(rule, attempt))]);
}

function wayThrough(item: Condition | RuleNode, attempt: Try): Way | undefined {
  if (item.kind === "rule") {
    const ways = item.conditions.map((condition) => wayThrough(condition, attempt));
    const way = item.combination === "or" ? nearestOf(ways) : together(ways);
    return way && { ...way, rule: item };
  }
  const trace = attempt(item);
  // Nothing that the event could hold would make it match.
  if (trace.outcome === "other event") return undefined;
  const matched = trace.outcome === "matched";
  return { rule: undefined, missing: matched ? [] : [trace], matched: matched ? 1 : 0 };
}

function nearestOf(ways: readonly (Way | undefined)[]): Way | undefined {
  let nearest: Way | undefined;
  for (const way of ways) {
    if (way && (nearest === undefined || isNearer(way, nearest))) nearest = way;
  }
  return nearest;
}

function together(ways: readonly (Way | undefined)[]): Way | undefined {
  if (ways.length === 0 || ways.includes(undefined)) return undefined;
  const all = ways.filter((way) => way !== undefined);
  const missing = all.flatMap((way) => way.missing);
  return {
    rule: all.length === 1 ? all[0].rule : undefined,
    missing: missing.toSorted((a, b) => a.condition.offset - b.condition.offset),
    matched: all.reduce((sum, way) => sum + way.matched, 0),
  };
}

function isNearer(a: Way, b: Way): boolean {
  return a.missing.length < b.missing.length ||
    (a.missing.length === b.missing.length && a.matched > b.matched);
}
