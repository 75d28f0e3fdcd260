/** Conditions that cannot hold together, and conditions of which one always holds. */
import type { Condition, EventElement } from "../config/model.ts";
import {
  type Alternative,
  type Clause,
  conditionsOf,
  type Owner,
  type Prepared,
  type Preparer,
  rulesOf,
} from "./alternatives.ts";
import type { Budget } from "./budget.ts";
import { constantOf, contradicts, costOf, exhausts } from "./implies.ts";
import { isNegative } from "./predicate.ts";

/** Two conditions of a part that never matches because of them. */
export interface Contradiction {
  readonly part: Owner;
  readonly first: Condition;
  readonly second: Condition;
}

/**
 * Two conditions of which one is enough, at least one of them negative. `always`: one holds whatever
 * the field says. `nearly`: both are negative, and one holds unless the field says both.
 */
export interface Alternation {
  readonly extent: "always" | "nearly";
  readonly first: Condition;
  readonly second: Condition;
  /** Whether both stand in Rules that are alike apart from them. */
  readonly inRules: boolean;
}

/** Rules and `and` elements that never match because they contradict themselves. */
export function findContradictions(element: EventElement, preparer: Preparer): Contradiction[] {
  const inRules = rulesOf(element).flatMap((rule) =>
    contradictionIn(rule, preparer.clausesOfRule(rule), preparer.budget)
  );
  if (inRules.length > 0 || element.combination === "or") return inRules;
  return contradictionIn(element, preparer.clausesOfElement(element), preparer.budget);
}

/** The first pair of clauses of which each condition contradicts each of the other's. */
function contradictionIn(
  part: Owner,
  clauses: readonly Clause[],
  budget: Budget,
): Contradiction[] {
  for (const [i, clause] of clauses.entries()) {
    for (let j = i + 1; j < clauses.length; j++) {
      const other = clauses[j];
      if (!budget.spend(clause.length * other.length)) return [];
      const isContradiction = clause.every((a) =>
        other.every((b) =>
          a.subject === b.subject && budget.spend(costOf(a.statement, b.statement)) &&
          contradicts(a.statement, b.statement)
        )
      );
      // An operand that never matches is reported for itself.
      const isPlain = [...clause, ...other].every((c) => constantOf(c.statement) === undefined);
      if (!isContradiction || !isPlain) continue;
      return [{ part, first: clause[0].condition, second: other[0].condition }];
    }
  }
  return [];
}

/**
 * Alternatives of one element that undo each other. Those on one field outside of Rules of an `and`
 * element are a matter of the reader (Q9).
 */
export function findAlternations(element: EventElement, preparer: Preparer): Alternation[] {
  if (!conditionsOf(element).some(({ operator }) => isNegative(operator))) return [];
  if (element.combination === "and") {
    return rulesOf(element)
      .filter((rule) => rule.combination === "or")
      .flatMap((rule) =>
        alternationsAmong(rule.conditions.map((c) => preparer.prepare(c)), false, preparer.budget)
      );
  }
  const alternatives = preparer.alternativesOf(element);
  const single = alternatives.filter(({ clauses }) =>
    clauses.length === 1 && clauses[0].length === 1
  )
    .map(({ clauses }) => clauses[0][0]);
  return [
    ...alternationsAmong(single, false, preparer.budget),
    ...alternationsOfRules(alternatives, preparer.budget),
  ];
}

/** At most one for each field. */
function alternationsAmong(
  conditions: readonly Prepared[],
  inRules: boolean,
  budget: Budget,
): Alternation[] {
  const usable = conditions.filter(({ statement }) => constantOf(statement) === undefined);
  return [...Map.groupBy(usable, ({ subject }) => subject).values()].flatMap((same) => {
    const negatives = same.filter(({ condition }) => isNegative(condition.operator));
    for (const negative of negatives) {
      if (!budget.spend(same.length)) break;
      const other = same.find((c) =>
        c !== negative && budget.spend(costOf(negative.statement, c.statement)) &&
        exhausts(negative.statement, c.statement)
      );
      if (other !== undefined) return [alternation("always", negative, other, inRules)];
    }
    const [first] = negatives;
    const second = negatives.find((negative) => negative.text !== first.text);
    return second === undefined ? [] : [alternation("nearly", first, second, inRules)];
  });
}

function alternation(
  extent: Alternation["extent"],
  a: Prepared,
  b: Prepared,
  inRules: boolean,
): Alternation {
  const [first, second] = [a.condition, b.condition].sort((x, y) => x.offset - y.offset);
  return { extent, first, second, inRules };
}

/** Rules with the same conditions but for one negative each: what one leaves out another lets in. */
function alternationsOfRules(
  alternatives: readonly Alternative[],
  budget: Budget,
): Alternation[] {
  const byRest = new Map<string, Prepared[]>();
  for (const { clauses } of alternatives) {
    if (clauses.length < 2) continue;
    for (const clause of clauses) {
      const [condition] = clause;
      if (clause.length > 1 || !isNegative(condition.condition.operator)) continue;
      if (!budget.spend(clauses.length)) break;
      const rest = clauses.filter((other) => other !== clause)
        .map((other) => other.map(({ text }) => text).sort().join("\0"));
      const key = JSON.stringify([condition.subject, rest.sort()]);
      const same = byRest.get(key);
      if (same !== undefined) same.push(condition);
      else byRest.set(key, [condition]);
    }
  }
  return [...byRest.values()]
    .filter((conditions) => conditions.length > 1)
    .flatMap((conditions) => alternationsAmong(conditions, true, budget));
}
