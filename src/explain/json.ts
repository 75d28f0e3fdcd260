/** Explanations for programs. */
import type { Config, EventElement } from "../config/model.ts";
import type { ConditionTrace, ElementTrace, Miss, RuleTrace } from "../rules/mod.ts";
import { HIDDEN } from "../sinks/hidden.ts";
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

const HIDDEN_CHARACTER = new RegExp(`[${HIDDEN}]`, "gu");

/** One line of JSON that no terminal obeys. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN_CHARACTER, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""));
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
    const { tag, onmatch, combination, groupName, offset } = element;
    return {
      element: tag,
      onmatch,
      combination,
      ...(groupName !== undefined && { group: groupName.text }),
      ...this.#place(offset),
    };
  }

  #rule({ rule, outcome, conditions }: RuleTrace): unknown {
    return {
      kind: "rule",
      ...(rule.name !== undefined && { name: rule.name.text }),
      combination: rule.combination,
      outcome,
      ...this.#place(rule.offset),
      conditions: conditions.map((condition) => this.#condition(condition)),
    };
  }

  #condition({ condition, outcome, text }: ConditionTrace): unknown {
    const { field, operator, value, name, offset } = condition;
    return {
      kind: "condition",
      field,
      operator,
      value,
      ...(name !== undefined && { name }),
      outcome,
      ...(text !== undefined && { text }),
      ...this.#place(offset),
    };
  }

  #place(offset: number): { line: number; column: number } {
    return this.config.source.positionAt(offset);
  }
}
