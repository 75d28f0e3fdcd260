/** Which parts of a configuration the events of tests ever matched. */
import { fieldAt } from "../schema/events.ts";
import type { Condition, Config, EventElement, RuleNode } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import { compileTest, matches, type TextTest } from "../rules/operators.ts";
import { type Platform, platformOf } from "../rules/platform.ts";
import { evaluationOrder, failsWithoutData } from "../rules/compile.ts";
import { fieldText, foldAscii, isPath, lastPart, NO_DATA } from "../rules/text.ts";

/** A part of a configuration that can match. */
export type Part =
  | { readonly kind: "element"; readonly node: EventElement; readonly tag: string }
  | { readonly kind: "rule"; readonly node: RuleNode; readonly tag: string }
  | { readonly kind: "condition"; readonly node: Condition; readonly tag: string };

/** How many parts there are, and how many of them matched. */
export interface Share {
  readonly covered: number;
  readonly total: number;
}

/** What tests covered. */
export interface CoverageReport {
  readonly elements: Share;
  readonly rules: Share;
  readonly conditions: Share;
  /** All of these together. */
  readonly all: Share;
  /** Parts that no event matched, in document order. */
  readonly uncovered: readonly Part[];
}

/** In percent; 100 where there is nothing to cover. */
export function percent({ covered, total }: Share): number {
  return total === 0 ? 100 : covered / total * 100;
}

/** The element cannot be decided: a typed field has no data (config-semantics V16). */
class FieldWithoutData extends Error {}

interface CompiledTest {
  readonly test: TextTest;
  readonly lastPart: boolean;
}

/**
 * Evaluates events as monomi does and remembers what matched. A part counts as covered when it
 * matched in an evaluation that got as far as it; an element without conditions, which never
 * matches, when it was asked.
 */
export class RuleCoverage {
  readonly #config: Config;
  readonly #ordered = new Map<string, readonly EventElement[]>();
  readonly #tests = new Map<Platform, Map<Condition, CompiledTest>>();
  readonly #last = new Map<EventElement, ReadonlyMap<string, Condition>>();
  readonly #matched = new Set<EventElement | RuleNode | Condition>();

  constructor(config: Config) {
    this.#config = config;
    for (const [tag, elements] of Map.groupBy(config.elements, (element) => element.tag)) {
      this.#ordered.set(tag, evaluationOrder(elements));
    }
  }

  /** Evaluates one event. */
  add(event: Event): void {
    for (const element of this.#ordered.get(event.definition.tag ?? "") ?? []) {
      try {
        if (!this.#elementMatches(element, event)) continue;
        this.#matched.add(element);
        return;
      } catch (error) {
        if (!(error instanceof FieldWithoutData)) throw error;
      }
    }
  }

  /** What was covered so far. */
  report(): CoverageReport {
    const parts = this.#config.elements.flatMap(partsOf);
    const share = (kind?: Part["kind"]): Share => {
      const counted = parts.filter((part) => kind === undefined || part.kind === kind);
      const covered = counted.filter((part) => this.#matched.has(part.node));
      return { covered: covered.length, total: counted.length };
    };
    return {
      elements: share("element"),
      rules: share("rule"),
      conditions: share("condition"),
      all: share(),
      uncovered: parts.filter((part) => !this.#matched.has(part.node)),
    };
  }

  #elementMatches(element: EventElement, event: Event): boolean {
    const { items } = element;
    if (items.length === 0) {
      this.#matched.add(element);
      return false;
    }
    if (element.combination === "or") return items.some((item) => this.#itemMatches(item, event));
    const lastOf = this.#lastOfField(element);
    const matchedFields = new Set<string>();
    for (const item of items) {
      if (item.kind === "condition" && matchedFields.has(item.field)) continue;
      if (this.#itemMatches(item, event)) {
        if (item.kind === "condition") matchedFields.add(item.field);
      } else if (item.kind === "rule" || lastOf.get(item.field) === item) {
        return false;
      }
    }
    return true;
  }

  /** For each field the last condition on it outside Rules: only then are there no alternatives. */
  #lastOfField(element: EventElement): ReadonlyMap<string, Condition> {
    let last = this.#last.get(element);
    if (last === undefined) {
      const conditions = element.items.filter((item) => item.kind === "condition");
      last = new Map(conditions.map((condition) => [condition.field, condition]));
      this.#last.set(element, last);
    }
    return last;
  }

  #itemMatches(item: Condition | RuleNode, event: Event): boolean {
    if (item.kind === "condition") return this.#conditionMatches(item, event);
    const matched = item.combination === "or"
      ? item.conditions.some((condition) => this.#conditionMatches(condition, event))
      : item.conditions.every((condition) => this.#conditionMatches(condition, event));
    if (matched) this.#matched.add(item);
    return matched;
  }

  #conditionMatches(condition: Condition, event: Event): boolean {
    const { field, fieldIndex } = condition;
    const definition = fieldAt(event.definition, fieldIndex);
    if (definition === undefined || definition.name !== field) return false;
    const text = field === "RuleName" ? NO_DATA : fieldText(event.values[fieldIndex]);
    if (text === NO_DATA && failsWithoutData(definition)) throw new FieldWithoutData();
    const { test, lastPart: onlyLast } = this.#compiled(condition, platformOf(event));
    const matched = matches(test, foldAscii(onlyLast ? lastPart(text, "/") : text));
    if (matched) this.#matched.add(condition);
    return matched;
  }

  #compiled(condition: Condition, platform: Platform): CompiledTest {
    let tests = this.#tests.get(platform);
    if (tests === undefined) this.#tests.set(platform, tests = new Map());
    let compiled = tests.get(condition);
    if (compiled === undefined) {
      const { operator, value } = condition;
      const onlyLast = operator === "image" && !isPath(platform.expand(value) ?? "", "/");
      compiled = { test: compileTest(operator, value, platform), lastPart: onlyLast };
      tests.set(condition, compiled);
    }
    return compiled;
  }
}

function partsOf(element: EventElement): Part[] {
  const { tag } = element;
  const conditions = (nodes: readonly Condition[]) =>
    nodes.map((node): Part => ({ kind: "condition", node, tag }));
  return [
    { kind: "element", node: element, tag },
    ...element.items.flatMap((item): Part[] =>
      item.kind === "rule"
        ? [{ kind: "rule", node: item, tag }, ...conditions(item.conditions)]
        : conditions([item])
    ),
  ];
}
