/** Why an event is logged or dropped: the matcher's decision, step by step. */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import { fieldAt } from "../schema/events.ts";
import { evaluationOrder, failsWithoutData, logsWithoutMatch } from "./compile.ts";
import type {
  ConditionOutcome,
  ConditionTrace,
  ElementTrace,
  Explanation,
  RuleTrace,
} from "./explanation.ts";
import { compileTest, matches, type TextTest } from "./operators.ts";
import { type Platform, platformOf } from "./platform.ts";
import type { RuleOptions } from "./rule_set.ts";
import { fieldText, foldAscii, isPath, lastPart, NO_DATA } from "./text.ts";

/** What `compileRules` decides about the event, and every step to it. Far slower than evaluation. */
export function explainEvent(
  config: Config,
  event: Event,
  options: RuleOptions = {},
): Explanation {
  const { definition } = event;
  const elements = config.elements.filter(({ tag }) => tag !== null && tag === definition.tag);
  const evaluation = new Evaluation(event, options);
  const traces: ElementTrace[] = [];
  let decidedBy: ElementTrace | undefined;
  for (const element of evaluationOrder(elements)) {
    if (decidedBy !== undefined) {
      traces.push(elementNotReached(element));
      continue;
    }
    const trace = evaluation.element(element);
    traces.push(trace);
    if (trace.outcome === "matched") decidedBy = trace;
  }
  const logged = decidedBy === undefined
    ? logsWithoutMatch(definition, elements)
    : decidedBy.element.onmatch === "include";
  const name = decidedBy === undefined ? NO_DATA : evaluation.name || NO_DATA;
  return {
    logged,
    ruleName: logged ? name : undefined,
    reason: reasonOf(definition.tag, elements.length, decidedBy),
    decidedBy,
    elements: traces,
  };
}

function reasonOf(
  tag: string | null,
  elements: number,
  decidedBy: ElementTrace | undefined,
): Explanation["reason"] {
  if (tag === null) return "always";
  if (elements === 0) return "default";
  return decidedBy === undefined ? "unmatched" : "matched";
}

/** What a condition makes of an event by itself, wherever it stands. */
export function tryCondition(
  condition: Condition,
  event: Event,
  options: RuleOptions = {},
): ConditionTrace {
  const { field, fieldIndex, operator, value } = condition;
  const trace = (outcome: ConditionOutcome, text?: string): ConditionTrace => ({
    kind: "condition",
    condition,
    outcome,
    text,
  });
  const definition = fieldAt(event.definition, fieldIndex);
  if (definition === undefined || definition.name !== field) return trace("other event");
  const text = field === "RuleName" ? NO_DATA : fieldText(event.values[fieldIndex]);
  if (text === NO_DATA && failsWithoutData(definition)) return trace("no data", text);
  const separator = options.imageSeparator ?? "/";
  const platform = platformOf(event);
  const looksAtLastPart = operator === "image" && !isPath(platform.expand(value) ?? "", separator);
  const compared = looksAtLastPart ? lastPart(text, separator) : text;
  const matched = matches(testOf(condition, platform), foldAscii(compared));
  return trace(matched ? "matched" : "not matched", compared);
}

const TESTS = new WeakMap<Platform, WeakMap<Condition, TextTest>>();

function testOf(condition: Condition, platform: Platform): TextTest {
  let tests = TESTS.get(platform);
  if (tests === undefined) TESTS.set(platform, tests = new WeakMap());
  let test = tests.get(condition);
  if (test === undefined) {
    tests.set(condition, test = compileTest(condition.operator, condition.value, platform));
  }
  return test;
}

/** The outcome of an item or element, as far as it is known. */
type Outcome = ElementTrace["outcome"];

class Evaluation {
  /** Of the last condition that matched and has one. */
  name: string | undefined;

  constructor(readonly event: Event, readonly options: RuleOptions) {}

  element(element: EventElement): ElementTrace {
    if (!this.options.compatibleRuleNames) this.name = undefined;
    const isAnd = element.combination === "and";
    const { items, outcome } = isAnd ? this.#allItems(element) : this.#anyItem(element);
    return { element, outcome, items };
  }

  /** V8. */
  #anyItem(element: EventElement): { items: ElementTrace["items"]; outcome: Outcome } {
    let outcome: Outcome = "not matched";
    const items = element.items.map((item) => {
      if (outcome !== "not matched") return notReached(item);
      const trace = this.#item(item);
      outcome = settled(trace.outcome);
      return trace;
    });
    return { items, outcome };
  }

  /** V9: conditions on one field are alternatives; every field and every Rule must match. */
  #allItems(element: EventElement): { items: ElementTrace["items"]; outcome: Outcome } {
    const matchedFields = new Set<string>();
    let outcome: Outcome = element.items.length > 0 ? "matched" : "not matched";
    const items = element.items.map((item, position) => {
      if (outcome !== "matched") return notReached(item);
      if (item.kind === "condition" && matchedFields.has(item.field)) {
        return conditionTrace(item, "skipped");
      }
      const trace = this.#item(item);
      const found = settled(trace.outcome);
      if (found === "matched") {
        if (item.kind === "condition") matchedFields.add(item.field);
      } else if (found === "no data" || !hasLaterAlternative(element, item, position)) {
        outcome = found;
      }
      return trace;
    });
    return { items, outcome };
  }

  #item(item: Condition | RuleNode): ConditionTrace | RuleTrace {
    return item.kind === "rule" ? this.#rule(item) : this.#condition(item);
  }

  /** V11. */
  #rule(rule: RuleNode): RuleTrace {
    const before = this.name;
    const isAnd = rule.combination === "and";
    const goesOn = isAnd ? "matched" : "not matched";
    let outcome: Outcome = goesOn;
    const conditions = rule.conditions.map((condition) => {
      if (outcome !== goesOn) return conditionTrace(condition, "not reached");
      const trace = this.#condition(condition);
      outcome = settled(trace.outcome);
      return trace;
    });
    if (outcome !== "matched" && !this.options.compatibleRuleNames) this.name = before;
    return { kind: "rule", rule, outcome, conditions };
  }

  #condition(condition: Condition): ConditionTrace {
    const trace = tryCondition(condition, this.event, this.options);
    if (trace.outcome === "matched" && condition.name !== undefined) this.name = condition.name;
    return trace;
  }
}

/** What an outcome means for what is around it. */
function settled(outcome: ConditionOutcome): Outcome {
  return outcome === "matched" || outcome === "no data" ? outcome : "not matched";
}

function hasLaterAlternative(
  element: EventElement,
  item: Condition | RuleNode,
  position: number,
): boolean {
  return item.kind === "condition" &&
    element.items.some((later, index) =>
      index > position && later.kind === "condition" && later.field === item.field
    );
}

function conditionTrace(condition: Condition, outcome: ConditionOutcome): ConditionTrace {
  return { kind: "condition", condition, outcome, text: undefined };
}

function notReached(item: Condition | RuleNode): ConditionTrace | RuleTrace {
  if (item.kind === "condition") return conditionTrace(item, "not reached");
  const conditions = item.conditions.map((c) => conditionTrace(c, "not reached"));
  return { kind: "rule", rule: item, outcome: "not reached", conditions };
}

function elementNotReached(element: EventElement): ElementTrace {
  return { element, outcome: "not reached", items: element.items.map(notReached) };
}
