/**
 * Evaluation written the way the rules are stated (config-semantics section 4 and 5): slow, and the
 * yardstick that the compiled matcher is tested against.
 */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import { eventById, fieldAt } from "../schema/events.ts";
import { platformOf } from "./platform.ts";
import type { RuleOptions } from "./rule_set.ts";

/** The RuleName of an event that is to be logged, or undefined for one that is not. */
export function interpret(
  config: Config,
  event: Event,
  options: RuleOptions = {},
): string | undefined {
  const { tag, defaultAction } = event.definition;
  if (tag === null) return "-";
  const elements = config.elements.filter((element) => element.tag === tag);
  if (elements.length === 0) return defaultAction === "include" ? "-" : undefined;
  const evaluation = new Evaluation(event, options);
  const lastFirst = [...elements].reverse();
  const inOrder = [
    ...lastFirst.filter((element) => element.onmatch === "exclude"),
    ...lastFirst.filter((element) => element.onmatch === "include"),
  ];
  for (const element of inOrder) {
    if (!options.compatibleRuleNames) evaluation.names = [];
    let matched = false;
    try {
      matched = evaluation.elementMatches(element);
    } catch (error) {
      if (!(error instanceof FieldWithoutData)) throw error;
    }
    if (matched) return element.onmatch === "include" ? evaluation.ruleName() : undefined;
  }
  const logged = elements.length === 1 && elements[0].onmatch === "exclude";
  return logged ? "-" : undefined;
}

class FieldWithoutData extends Error {}

class Evaluation {
  /** Names of the conditions that matched so far, in order. */
  names: string[] = [];

  constructor(readonly event: Event, readonly options: RuleOptions) {}

  ruleName(): string {
    const last = this.names.at(-1);
    return last === undefined || last === "" ? "-" : last;
  }

  elementMatches(element: EventElement): boolean {
    if (element.items.length === 0) return false;
    if (element.combination === "or") {
      return element.items.some((item) => this.itemMatches(item));
    }
    const matchedFields = new Set<string>();
    for (const [position, item] of element.items.entries()) {
      if (item.kind === "rule") {
        if (!this.ruleMatches(item)) return false;
        continue;
      }
      if (matchedFields.has(item.field)) continue;
      if (this.conditionMatches(item)) {
        matchedFields.add(item.field);
        continue;
      }
      const forgiven = element.items
        .slice(position + 1)
        .some((later) => later.kind === "condition" && later.field === item.field);
      if (!forgiven) return false;
    }
    return true;
  }

  itemMatches(item: Condition | RuleNode): boolean {
    return item.kind === "rule" ? this.ruleMatches(item) : this.conditionMatches(item);
  }

  ruleMatches(rule: RuleNode): boolean {
    const before = [...this.names];
    const matched = rule.combination === "or"
      ? rule.conditions.some((condition) => this.conditionMatches(condition))
      : rule.conditions.every((condition) => this.conditionMatches(condition));
    if (!matched && !this.options.compatibleRuleNames) this.names = before;
    return matched;
  }

  conditionMatches(condition: Condition): boolean {
    const definition = eventById(this.event.definition.id)!;
    const field = fieldAt(definition, condition.fieldIndex);
    if (field === undefined || field.name !== condition.field) return false;
    const text = field.name === "RuleName" ? "-" : this.text(field.index);
    if (text === "-" && field.type !== "string" && field.name !== "IsExecutable") {
      throw new FieldWithoutData();
    }
    const value = platformOf(this.event).expand(condition.value);
    if (value === undefined) return false;
    if (!this.operatorMatches(condition, lower(text), lower(value))) return false;
    if (condition.name !== undefined) this.names.push(condition.name);
    return true;
  }

  text(index: number): string {
    const value = this.event.values[index];
    return value === undefined || value === "" ? "-" : `${value}`;
  }

  operatorMatches(condition: Condition, field: string, value: string): boolean {
    const items = value.split(";").map((item, i, all) =>
      item === "" ? all.slice(i).join(";") : item
    );
    switch (condition.operator) {
      case "is":
        return field === value;
      case "is not":
        return field !== value;
      case "contains":
        return field.indexOf(value) !== -1;
      case "excludes":
        return field.indexOf(value) === -1;
      case "contains any":
        return items.some((item) => field.indexOf(item) !== -1);
      case "contains all":
        return items.every((item) => field.indexOf(item) !== -1);
      case "excludes any":
        return items.every((item) => field.indexOf(item) === -1);
      case "excludes all":
        return items.some((item) => field.indexOf(item) === -1);
      case "is any":
        return value.split(";").some((item) => item === field);
      case "begin with":
        return field.slice(0, value.length) === value;
      case "not begin with":
        return field.slice(0, value.length) !== value;
      case "end with":
        return field.slice(Math.max(0, field.length - value.length)) === value;
      case "not end with":
        return field.slice(Math.max(0, field.length - value.length)) !== value;
      case "less than":
        return this.sorted(field) < this.sorted(value);
      case "more than":
        return this.sorted(field) > this.sorted(value);
      case "image":
        return this.imageMatches(field, value);
    }
  }

  sorted(text: string): string {
    return platformOf(this.event).sortsLowerCase ? text : upper(text);
  }

  imageMatches(field: string, value: string): boolean {
    const separators = this.options.imageSeparator === "\\" ? ["\\"] : ["\\", "/"];
    if (separators.some((separator) => value.includes(separator))) return field === value;
    const cut = Math.max(...separators.map((separator) => field.lastIndexOf(separator)));
    return field.slice(cut + 1) === value;
  }
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function upper(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
