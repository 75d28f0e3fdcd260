/**
 * Parts of a configuration that could be removed without any effect, or with none but on RuleName.
 * Claims hold for events that have all their data (V16) and for names that only the deciding element
 * gives, as monomi reports them.
 */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import {
  type Alternative,
  covers,
  elementsByTag,
  inEvaluationOrder,
  isDead,
  namingConditions,
  type Owner,
  poolsOf,
  type Prepared,
  Preparer,
  ruleNameOf,
  rulesOf,
} from "./alternatives.ts";
import type { Budget } from "./budget.ts";
import { costOf, implies } from "./implies.ts";
import { AlternativeIndex } from "./index.ts";

/**
 * Why a part has no effect. `repeated`: its element or Rule says the same before. `shadowed`: another
 * part decides first whenever it matches. `covered`: without it another part decides in the same way.
 * `swallowed`: an `exclude` drops every event that it would include.
 */
export type RedundancyKind = "repeated" | "shadowed" | "covered" | "swallowed";

/** One part without effect, and the part that makes it so. */
export interface Redundancy {
  readonly kind: RedundancyKind;
  readonly part: Owner;
  readonly by: Owner;
  /** The name that is never reported because of this, where the author gave one of its own. */
  readonly lostName: string | undefined;
  /** Whether removing the part may give some events another RuleName. */
  readonly mayRename: boolean;
}

/** Finds all parts without effect, at most one reason each. */
export function findRedundancies(config: Config, preparer = new Preparer()): Redundancy[] {
  const found: Redundancy[] = [];
  for (const elements of elementsByTag(config).values()) {
    const repeated = new Set<Owner>();
    for (const element of elements) {
      for (const repetition of repetitionsIn(element, preparer)) {
        repeated.add(repetition.part);
        found.push(repetition);
      }
      if (element.combination === "and") {
        found.push(...shadowedInPools(element, preparer, repeated));
      }
    }
    found.push(...compareAlternatives(elements, preparer, repeated));
  }
  return found;
}

function lostName(part: string | undefined, by: string | undefined): string | undefined {
  return part !== undefined && part !== "-" && part !== by ? part : undefined;
}

function* repetitionsIn(element: EventElement, preparer: Preparer): Generator<Redundancy> {
  yield* repeatedConditions(
    element.items.filter((item) => item.kind === "condition"),
    false,
    preparer,
  );
  const first = new Map<string, RuleNode>();
  for (const rule of rulesOf(element)) {
    yield* repeatedConditions(rule.conditions, rule.combination === "and", preparer);
    const text = textOfRule(rule, preparer);
    const by = first.get(text);
    if (by === undefined) {
      first.set(text, rule);
      continue;
    }
    const [name, earlier] = [rule, by].map(nameOfRule);
    yield {
      kind: "repeated",
      part: rule,
      by,
      lostName: lostName(name, earlier),
      // In an `and` element the last Rule gives the name.
      mayRename: element.combination === "and",
    };
  }
}

/** The name that a Rule always gives, if there is one. */
function nameOfRule(rule: RuleNode): string | undefined {
  const names = new Set(namingConditions(rule).map(ruleNameOf));
  return names.size > 1 ? undefined : [...names][0] ?? "-";
}

function* repeatedConditions(
  conditions: readonly Condition[],
  allMustHold: boolean,
  preparer: Preparer,
): Generator<Redundancy> {
  if (conditions.length < 2) return;
  const first = new Map<string, Condition>();
  for (const condition of conditions) {
    const { text } = preparer.prepare(condition);
    const by = first.get(text);
    if (by === undefined) {
      first.set(text, condition);
      continue;
    }
    yield {
      kind: "repeated",
      part: condition,
      by,
      lostName: allMustHold ? undefined : lostName(ruleNameOf(condition), ruleNameOf(by)),
      mayRename: allMustHold,
    };
  }
}

function textOfRule(rule: RuleNode, preparer: Preparer): string {
  const texts = rule.conditions.map((condition) => preparer.prepare(condition).text);
  return `${rule.combination}\0${texts.join("\0")}`;
}

/** Outside of Rules, once a condition on a field has matched, later ones on it are not asked (V9). */
function* shadowedInPools(
  element: EventElement,
  preparer: Preparer,
  repeated: ReadonlySet<Owner>,
): Generator<Redundancy> {
  const orRules = rulesOf(element).filter((rule) => rule.combination === "or");
  for (const pool of [...poolsOf(element), ...orRules.map((rule) => rule.conditions)]) {
    const earlier: Prepared[] = [];
    for (const condition of pool) {
      if (!preparer.budget.spend(earlier.length)) return;
      const prepared = preparer.prepare(condition);
      const by = earlier.find(({ subject, statement }) =>
        subject === prepared.subject &&
        preparer.budget.spend(costOf(prepared.statement, statement)) &&
        implies(prepared.statement, statement)
      )?.condition;
      earlier.push(prepared);
      if (by === undefined || repeated.has(condition)) continue;
      yield {
        kind: "shadowed",
        part: condition,
        by,
        lostName: lostName(ruleNameOf(condition), ruleNameOf(by)),
        mayRename: false,
      };
    }
  }
}

interface Placed {
  readonly alternative: Alternative;
  readonly position: number;
  /** The same for neighbours in the order of evaluation that give the same RuleName. */
  readonly run: number;
}

function* compareAlternatives(
  elements: readonly EventElement[],
  preparer: Preparer,
  repeated: ReadonlySet<Owner>,
): Generator<Redundancy> {
  const places = new Map<Alternative, Placed>();
  const index = new AlternativeIndex(preparer.budget);
  let run = 0;
  let last: Alternative | undefined;
  for (const element of inEvaluationOrder(elements)) {
    for (const alternative of preparer.alternativesOf(element)) {
      if (isDead(alternative)) continue;
      if (last?.ruleName !== alternative.ruleName || last?.ruleName === undefined) run++;
      last = alternative;
      places.set(alternative, { alternative, position: places.size, run });
      index.add(alternative);
    }
  }
  for (const place of places.values()) {
    const { alternative } = place;
    if (repeated.has(alternative.owner)) continue;
    const candidates = index.candidates(alternative);
    if (candidates.size === 1 && candidates.has(alternative)) continue;
    const wider = [...candidates]
      .map((candidate) => places.get(candidate)!)
      .filter((other) => other !== place && covers(other.alternative, alternative, preparer.budget))
      .sort((a, b) => a.position - b.position);
    const redundancy = strongestReason(place, wider, preparer.budget);
    if (redundancy !== undefined) yield redundancy;
  }
}

function strongestReason(
  place: Placed,
  wider: readonly Placed[],
  budget: Budget,
): Redundancy | undefined {
  const { alternative, position, run } = place;
  const { owner: part, element, ruleName } = alternative;
  const includes = element.onmatch === "include";
  for (const other of wider) {
    const { owner: by, element: otherElement } = other.alternative;
    const reason = { part, by, lostName: undefined, mayRename: false };
    if (includes && otherElement.onmatch === "exclude") return { ...reason, kind: "swallowed" };
    if (!includes && otherElement.onmatch === "include") continue;
    if (other.position < position) {
      if (!includes) return { ...reason, kind: "covered" };
      const lost = lostName(ruleName, other.alternative.ruleName);
      return { ...reason, kind: "shadowed", lostName: lost };
    }
    const isSame = covers(alternative, other.alternative, budget);
    if (!includes && !isSame) return { ...reason, kind: "covered" };
    if (includes && other.run === run && !isSame) return { ...reason, kind: "covered" };
  }
  return undefined;
}
