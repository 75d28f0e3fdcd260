/** Explanations for programs. */
import type { Config, EventElement } from "../config/model.ts";
import type { ConditionTrace, ElementTrace, Miss, RuleTrace } from "../rules/mod.ts";
import { conditionParts, elementParts, ruleParts } from "./parts.ts";
import type { Explained } from "./text.ts";

/** What `--json` prints of one event, as an object. Lines and columns count from 1. */
export function explanationToJson(explained: Explained, place: unknown): unknown {
  const { config, event, explanation, whyNot } = explained;
  const { definition, values } = event;
  const { logged, ruleName, reason, decidedBy, elements } = explanation;
  const shape = new Shape(config);
  return {
    file: config.source.fileName,
    event: {
      id: definition.id,
      name: definition.name,
      ...(place !== undefined && { from: place }),
      fields: Object.fromEntries(definition.fields.map(({ name, index }) => [name, values[index]])),
    },
    logged,
    ...(ruleName !== undefined && { ruleName }),
    reason,
    ...(decidedBy !== undefined && { decidedBy: elements.indexOf(decidedBy) }),
    elements: elements.map((element) => shape.element(element)),
    ...(whyNot !== undefined && { nearestInclude: shape.miss(whyNot.nearest) }),
  };
}

/** Parts of a configuration with their places. */
class Shape {
  constructor(readonly config: Config) {}

  element({ element, outcome, items }: ElementTrace): unknown {
    return {
      ...this.#head(element),
      outcome,
      items: items.map((item) => item.kind === "rule" ? this.#rule(item) : this.#condition(item)),
    };
  }

  miss(miss: Miss | undefined): unknown {
    if (miss === undefined) return null;
    const { element, rule, missing, matched } = miss;
    return {
      ...this.#head(element),
      ...(rule !== undefined && { rule: { name: rule.name?.text, ...this.#place(rule.offset) } }),
      matched,
      missing: missing.map((condition) => this.#condition(condition)),
    };
  }

  #head(element: EventElement): Record<string, unknown> {
    return { element: element.tag, ...elementParts(element), ...this.#place(element.offset) };
  }

  #rule({ rule, outcome, conditions }: RuleTrace): unknown {
    return {
      ...ruleParts(rule),
      outcome,
      ...this.#place(rule.offset),
      conditions: conditions.map((condition) => this.#condition(condition)),
    };
  }

  #condition({ condition, outcome, text }: ConditionTrace): unknown {
    return {
      ...conditionParts(condition),
      outcome,
      ...(text !== undefined && { text }),
      ...this.#place(condition.offset),
    };
  }

  #place(offset: number): { line: number; column: number } {
    return this.config.source.positionAt(offset);
  }
}
