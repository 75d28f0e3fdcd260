/** Why an event was treated as it was, in lines that name places of the configuration. */
import { type Config, escapeUnprintable, type EventElement, quote } from "../config/mod.ts";
import { didYouMean } from "../config/suggest.ts";
import type { Event } from "../events/event.ts";
import type { ConditionTrace, ElementTrace, Explanation, RuleTrace } from "../rules/explanation.ts";
import type { RuleOptions } from "../rules/mod.ts";
import { nearestInclude } from "../rules/why_not.ts";
import type { Expectation } from "./model.ts";

/** A remark about one place of the configuration, or about none. */
export interface Remark {
  /** One line, safe to print. */
  readonly text: string;
  /** Offset into the configuration's text. */
  readonly offset?: number;
  /** `because`, the default: what decided. `nearest`: what would have given the expected name. */
  readonly about?: "because" | "nearest";
}

type ItemTrace = ConditionTrace | RuleTrace;

/** What decided, and what came nearest to what was expected. */
export function because(
  config: Config,
  event: Event,
  explanation: Explanation,
  expectation: Expectation,
  options: RuleOptions,
): Remark[] {
  const remarks = decided(event, explanation);
  if (expectation.kind === "rule" && expectation.name !== "-") {
    return [...remarks, ...nearest(config, event, explanation, expectation.name)];
  }
  if (explanation.reason !== "unmatched" || explanation.logged) return remarks;
  return [...remarks, ...nearestOfAll(config, event, options)];
}

function decided(event: Event, { reason, decidedBy, elements, logged }: Explanation): Remark[] {
  const { name, tag, id } = event.definition;
  switch (reason) {
    case "always":
      return [{ text: `event ${id} is always logged` }];
    case "default":
      return [{ text: `no element speaks of ${tag}; ${name} is ${verdict(logged)} by default` }];
    case "unmatched":
      return [{
        text: elements.length === 1
          ? `nothing in it matched, so the event is ${verdict(logged)}: ${
            open(elements[0].element)
          }`
          : `none of ${elements.length} ${tag} elements matched, so the event is dropped`,
        offset: elements[0].element.offset,
      }];
    case "matched":
      return matchedRemarks(decidedBy!);
  }
}

function verdict(logged: boolean): string {
  return logged ? "logged" : "dropped";
}

function open({ tag, onmatch }: EventElement): string {
  return `<${tag} onmatch="${onmatch}">`;
}

function matchedRemarks({ element, items }: ElementTrace): Remark[] {
  const matched = items.filter((item) => item.outcome === "matched");
  return [
    { text: `${open(element)} matched`, offset: element.offset },
    ...matched.flatMap((item): Remark[] => {
      if (item.kind === "condition") return [conditionRemark(item, "  ")];
      const inner = item.conditions.filter(({ outcome }) => outcome === "matched");
      const remarks = inner.map((condition) => conditionRemark(condition, "    "));
      return [{ text: "  <Rule> matched", offset: item.rule.offset }, ...remarks];
    }),
  ];
}

function conditionRemark(trace: ConditionTrace, indent: string): Remark {
  const { field, operator, value, offset } = trace.condition;
  const holds = `${indent}${field} ${operator} ${quote(value)}`;
  switch (trace.outcome) {
    case "matched":
      return { text: holds, offset };
    case "other event":
      return { text: `${holds}: this event has no such field there`, offset };
    case "no data":
      return { text: `${holds}: the field has no data`, offset };
    case "not reached":
      return { text: `${holds}: not reached`, offset };
    case "skipped":
      return { text: `${holds}: another condition on ${field} had matched`, offset };
    case "not matched":
      return { text: `${holds}: it is ${quote(trace.text ?? "-")}`, offset };
  }
}

const MAX_NEAREST = 2;

/** The items that would have given the name, those first that came nearest. */
function nearest(
  config: Config,
  event: Event,
  explanation: Explanation,
  name: string,
): Remark[] {
  const includes = explanation.elements.filter(({ element }) => element.onmatch === "include");
  const giving = includes.flatMap(({ items }) => items).filter((item) =>
    conditionsOf(item).some(({ condition }) => condition.name === name)
  );
  if (giving.length === 0) return [nobodyGives(config, event, name)];
  return giving
    .filter(({ outcome }) => outcome !== "matched")
    .toSorted((a, b) => missing(a) - missing(b) || matchedIn(b) - matchedIn(a))
    .slice(0, MAX_NEAREST)
    .flatMap(itemRemarks)
    .map((remark) => ({ ...remark, about: "nearest" as const }));
}

/** The include that needed the fewest other conditions to match. */
function nearestOfAll(config: Config, event: Event, options: RuleOptions): Remark[] {
  const miss = nearestInclude(config, event, options);
  if (miss === undefined) return [];
  const { rule, element, missing } = miss;
  const head = rule === undefined
    ? { text: open(element), offset: element.offset }
    : { text: "<Rule>", offset: rule.offset };
  const remarks = [head, ...missing.map((condition) => conditionRemark(condition, "  "))];
  return remarks.map((remark) => ({ ...remark, about: "nearest" as const }));
}

function nobodyGives(config: Config, event: Event, name: string): Remark {
  const { tag } = event.definition;
  const includes = config.elements.filter(({ onmatch }) => onmatch === "include");
  const names = (elements: readonly EventElement[]) =>
    elements.flatMap(({ items }) => items)
      .flatMap((item) => item.kind === "rule" ? item.conditions : [item])
      .flatMap((condition) => condition.name ?? []);
  if (names(includes).includes(name)) {
    return { text: `only other events than ${tag} have the name ${quote(name)}` };
  }
  const help = didYouMean(name, new Set(names(includes.filter((e) => e.tag === tag))));
  const text = `nothing in this configuration has the name ${quote(name)}`;
  return { text: help === undefined ? text : `${text}; ${escapeUnprintable(help)}` };
}

function itemRemarks(item: ItemTrace): Remark[] {
  if (item.kind === "condition") return [conditionRemark(item, "")];
  const failed = item.conditions.filter(({ outcome }) =>
    outcome === "not matched" || outcome === "other event" || outcome === "no data"
  );
  const text = item.outcome === "not reached" ? "<Rule>, not reached" : "<Rule>";
  return [
    { text, offset: item.rule.offset },
    ...failed.map((condition) => conditionRemark(condition, "  ")),
  ];
}

function conditionsOf(item: ItemTrace): readonly ConditionTrace[] {
  return item.kind === "rule" ? item.conditions : [item];
}

function missing(item: ItemTrace): number {
  return conditionsOf(item).length - matchedIn(item);
}

function matchedIn(item: ItemTrace): number {
  return conditionsOf(item).filter(({ outcome }) => outcome === "matched").length;
}
