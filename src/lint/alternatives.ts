/**
 * Event elements as alternatives: an event matches an element when it matches one of its
 * alternatives, and an alternative when it matches each of its clauses (config-semantics V8 to V12).
 */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { foldAscii } from "../rules/text.ts";
import { Budget } from "./budget.ts";
import { constantOf, costOf, implies, type Statement, statementOf } from "./implies.ts";

/** A condition made ready for comparisons. */
export interface Prepared {
  readonly condition: Condition;
  readonly statement: Statement;
  /** Conditions with the same subject look at the same text of the same events (V13). */
  readonly subject: string;
  /** The same for conditions that say the same. */
  readonly text: string;
}

/** Holds when one of its conditions does. */
export type Clause = readonly Prepared[];

/** What has a place in the file and could be removed from it. */
export type Owner = Condition | RuleNode | EventElement;

/** One way for an event to match an element. */
export interface Alternative {
  readonly clauses: readonly Clause[];
  /** What would be removed to remove the alternative. */
  readonly owner: Owner;
  readonly element: EventElement;
  /** The RuleName it gives; undefined where that depends on the event. */
  readonly ruleName: string | undefined;
}

/** Prepares conditions and elements of one configuration, each once. */
export class Preparer {
  readonly budget = new Budget();
  readonly #prepared = new Map<Condition, Prepared>();
  readonly #alternatives = new Map<EventElement, readonly Alternative[]>();

  prepare(condition: Condition): Prepared {
    let prepared = this.#prepared.get(condition);
    if (prepared === undefined) {
      const subject = `${condition.field} ${condition.fieldIndex}`;
      prepared = {
        condition,
        statement: statementOf(condition),
        subject,
        text: `${subject} ${condition.operator} ${foldAscii(condition.value)}`,
      };
      this.#prepared.set(condition, prepared);
    }
    return prepared;
  }

  /** Clauses that must all hold for a `<Rule>` to match. */
  clausesOfRule(rule: RuleNode): Clause[] {
    const conditions = rule.conditions.map((condition) => this.prepare(condition));
    return rule.combination === "or" ? [conditions] : conditions.map((condition) => [condition]);
  }

  /** Clauses that must all hold for an `and` element to match. */
  clausesOfElement(element: EventElement): Clause[] {
    return [
      ...poolsOf(element).map((pool) => pool.map((condition) => this.prepare(condition))),
      ...rulesOf(element).flatMap((rule) => this.clausesOfRule(rule)),
    ];
  }

  alternativesOf(element: EventElement): readonly Alternative[] {
    let alternatives = this.#alternatives.get(element);
    if (alternatives === undefined) {
      alternatives = this.#makeAlternatives(element);
      this.#alternatives.set(element, alternatives);
    }
    return alternatives;
  }

  #makeAlternatives(element: EventElement): Alternative[] {
    if (element.items.length === 0) return [];
    if (element.combination === "and") {
      const clauses = this.clausesOfElement(element);
      return [{ clauses, owner: element, element, ruleName: commonName(clauses) }];
    }
    return element.items.flatMap((item): Alternative[] => {
      if (item.kind === "condition") return [this.#single(item, element)];
      if (item.combination === "or") return item.conditions.map((c) => this.#single(c, element));
      const [naming] = namingConditions(item);
      const ruleName = naming === undefined ? "-" : ruleNameOf(naming);
      return [{ clauses: this.clausesOfRule(item), owner: item, element, ruleName }];
    });
  }

  #single(condition: Condition, element: EventElement): Alternative {
    const clauses = [[this.prepare(condition)]];
    return { clauses, owner: condition, element, ruleName: ruleNameOf(condition) };
  }
}

/** The conditions of an `and` element outside of Rules, by field: alternatives of each other (V9). */
export function poolsOf(element: EventElement): readonly Condition[][] {
  const conditions = element.items.filter((item) => item.kind === "condition");
  return [...Map.groupBy(conditions, (condition) => condition.field).values()];
}

/** The Rules of an element. */
export function rulesOf(element: EventElement): RuleNode[] {
  return element.items.filter((item) => item.kind === "rule");
}

/** Every condition of an element, those in Rules too, in document order. */
export function conditionsOf(element: EventElement): Condition[] {
  return element.items.flatMap((item) => item.kind === "rule" ? item.conditions : [item]);
}

/** What is reported when a condition decides: an absent or empty name is `-`. */
export function ruleNameOf(condition: Condition): string {
  return condition.name || "-";
}

/**
 * The conditions of a Rule that can give its RuleName: in an `and` Rule the last one with a name, since
 * all match (V19).
 */
export function namingConditions(rule: RuleNode): readonly Condition[] {
  if (rule.combination === "or") return rule.conditions;
  const last = rule.conditions.findLast((condition) => condition.name !== undefined);
  return last === undefined ? [] : [last];
}

function commonName(clauses: readonly Clause[]): string | undefined {
  const names = new Set(clauses.flat().map(({ condition }) => ruleNameOf(condition)));
  return names.size === 1 ? [...names][0] : undefined;
}

/** All elements in the order in which an event meets them: `exclude` first, last ones first (V2). */
export function inEvaluationOrder(elements: readonly EventElement[]): EventElement[] {
  const lastFirst = elements.toReversed();
  return [
    ...lastFirst.filter((element) => element.onmatch === "exclude"),
    ...lastFirst.filter((element) => element.onmatch === "include"),
  ];
}

/** The elements of a configuration by event. */
export function elementsByTag(config: Config): ReadonlyMap<string, EventElement[]> {
  return Map.groupBy(config.elements, (element) => element.tag);
}

/** Whether operands alone rule out that the alternative matches. */
export function isDead(alternative: Alternative): boolean {
  return alternative.clauses.some((clause) =>
    clause.every(({ statement }) => constantOf(statement) === "never")
  );
}

/** Whether `wider` matches every event that `narrower` does; false where that cannot be shown. */
export function covers(wider: Alternative, narrower: Alternative, budget: Budget): boolean {
  return wider.clauses.every((wide) =>
    narrower.clauses.some((narrow) =>
      narrow.every((condition) => impliesClause(condition, wide, budget))
    )
  );
}

function impliesClause(condition: Prepared, clause: Clause, budget: Budget): boolean {
  return clause.some((other) =>
    budget.spend(1) && other.subject === condition.subject &&
    budget.spend(costOf(condition.statement, other.statement)) &&
    implies(condition.statement, other.statement)
  );
}
