/** Explanations for people. */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Config } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import type { ConditionTrace, ElementTrace, Explanation, Miss, RuleTrace } from "../rules/mod.ts";
import { fieldText } from "../rules/text.ts";
import { foundIn } from "./found.ts";
import { conditionName, elementName, label, placeOf, ruleName } from "./names.ts";
import { type Style, value } from "./style.ts";

/** An event with its explanation. */
export interface Explained {
  readonly config: Config;
  readonly event: Event;
  /** Where the event is from, ready to be printed; undefined for one from the command line. */
  readonly from: string | undefined;
  readonly explanation: Explanation;
  /** Asked for and not logged: the nearest include, undefined when there is none. */
  readonly whyNot?: { readonly nearest: Miss | undefined };
}

/** One line: what happened to the event and which place decided. */
export function renderVerdict(explained: Explained, style: Style): string {
  const places = decidingPlaces(explained.explanation);
  const at = places.length === 0
    ? shortReason(explained)
    : placeOf(explained.config, places.at(-1)!.offset);
  return `${headline(explained, style)} ${style.dim(`(${at})`)}`;
}

/** Everything: the verdict, who decided, the values that were compared, every condition tried. */
export function renderExplanation(explained: Explained, style: Style): string {
  const { explanation, config } = explained;
  const lines = [headline(explained, style)];
  const places = decidingPlaces(explanation);
  if (places.length === 0) lines.push(`  ${reason(explained)}`);
  places.forEach(({ name, offset }, i) => {
    lines.push(`  ${i === 0 ? "by" : "  "} ${name(style)}  ${style.dim(placeOf(config, offset))}`);
  });
  if (explained.whyNot !== undefined) lines.push("", ...whyNot(explained, style));
  const fields = comparedFields(explained);
  if (fields.length > 0) lines.push("", "compared:", ...fields);
  if (explanation.elements.length > 0) lines.push("", "tried, in this order:");
  const tree = new Tree(config, explained.event, style);
  for (const element of explanation.elements) lines.push(...tree.element(element));
  return lines.join("\n");
}

function headline({ event, from, explanation }: Explained, style: Style): string {
  const { id, name } = event.definition;
  const what = `${from === undefined ? "" : `${from}: `}event ${id} (${name})`;
  if (!explanation.logged) return `${what} is ${style.bad("dropped")}`;
  const { ruleName } = explanation;
  const named = ruleName === "-" ? "without a RuleName" : `RuleName ${label(ruleName!)}`;
  return `${what} is ${style.good("logged")}, ${named}`;
}

function shortReason({ explanation }: Explained): string {
  if (explanation.reason === "always") return "never filtered";
  return explanation.reason === "default" ? "no element for it" : "no element matches";
}

/** Why no place of the file decided. */
function reason({ explanation, event, config }: Explained): string {
  const { tag } = event.definition;
  const file = escapeUnprintable(config.source.fileName);
  const { logged, elements } = explanation;
  const done = logged ? "logged" : "dropped";
  switch (explanation.reason) {
    case "always":
      return "this event is never filtered";
    case "default":
      return `${file} has no element for ${tag}, which is ${done} then`;
    default:
      return elements.length > 1
        ? `none of the ${elements.length} elements for ${tag} matches; with several it is ` +
          "dropped then, whether they include or exclude"
        : `the only element for ${tag}, ${elements[0].element.onmatch}, does not match; ` +
          `it is ${done} then`;
  }
}

interface Deciding {
  readonly offset: number;
  readonly name: (style: Style) => string;
}

/** The element that decided, then the Rule and the condition where it was one alone. */
function decidingPlaces({ decidedBy }: Explanation): Deciding[] {
  if (decidedBy === undefined) return [];
  const { element, items } = decidedBy;
  const places: Deciding[] = [{ offset: element.offset, name: () => elementName(element) }];
  let matched: readonly (ConditionTrace | RuleTrace)[] = items.filter(isMatched);
  let isAlone = element.combination === "or" || matched.length === 1;
  while (isAlone && matched.length > 0) {
    const [item] = matched;
    if (item.kind === "condition") {
      const { condition } = item;
      places.push({ offset: condition.offset, name: (style) => conditionName(condition, style) });
      break;
    }
    const { rule } = item;
    places.push({ offset: rule.offset, name: () => ruleName(rule) });
    matched = item.conditions.filter(isMatched);
    isAlone = rule.combination === "or" || matched.length === 1;
  }
  return places;
}

function isMatched({ outcome }: { readonly outcome: string }): boolean {
  return outcome === "matched";
}

function whyNot({ explanation, whyNot, config, event }: Explained, style: Style): string[] {
  const { nearest } = whyNot!;
  if (nearest === undefined) {
    return [`no include element for ${event.definition.tag} could match this event`];
  }
  const { element, rule, missing, matched } = nearest;
  const place = style.dim(placeOf(config, (rule ?? element).offset));
  const name = `${rule === undefined ? "" : `${ruleName(rule)} of `}${elementName(element)}`;
  const isExcluded = explanation.decidedBy !== undefined;
  if (missing.length === 0) {
    return isExcluded
      ? [`but for that exclude it would be logged by ${name}  ${place}`]
      : [`given up for want of a value, with nothing else against it: ${name}  ${place}`];
  }
  const total = missing.length + matched;
  const conditions = total === 1 ? "condition" : "conditions";
  const tree = new Tree(config, event, style);
  return [
    `${isExcluded ? "and without that exclude the" : "the"} nearest include misses ` +
    `${missing.length} of ${total} ${conditions}: ${name}  ${place}`,
    ...missing.map((condition) => tree.condition(condition, 0, true)),
  ];
}

/** The value of every field that some condition looked at. */
function comparedFields({ explanation, event }: Explained): string[] {
  const looked = new Set<string>();
  for (const { items } of explanation.elements) {
    for (const item of items) {
      for (const trace of item.kind === "rule" ? item.conditions : [item]) {
        if (trace.text !== undefined) looked.add(trace.condition.field);
      }
    }
  }
  const fields = event.definition.fields.filter(({ name }) => looked.has(name));
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  return fields.map(({ name, index }) => {
    const text = name === "RuleName" ? "-" : fieldText(event.values[index]);
    return `  ${name.padEnd(width)}  ${escapeUnprintable(cut(text))}`;
  });
}

const LONGEST_FIELD = 1000;

function cut(text: string): string {
  return text.length > LONGEST_FIELD ? `${text.slice(0, LONGEST_FIELD)}…` : text;
}

/** Elements, Rules and conditions as a tree behind their line numbers. */
class Tree {
  readonly #width: number;

  constructor(readonly config: Config, readonly event: Event, readonly style: Style) {
    const last = config.source.positionAt(config.source.text.length).line;
    this.#width = Math.max(4, String(last).length);
  }

  element({ element, outcome, items }: ElementTrace): string[] {
    const note = items.length === 0
      ? "it is empty and never matches"
      : outcome === "no data"
      ? "given up: a field has no value to compare"
      : outcome === "not reached"
      ? "not reached"
      : undefined;
    const lines = [this.#line(element.offset, 0, outcome, elementName(element), note)];
    if (outcome !== "not reached") lines.push(...this.#items(items, 1));
    return lines;
  }

  condition(trace: ConditionTrace, depth: number, withText = false): string {
    const { condition, outcome, text } = trace;
    const { field, operator, value: operand } = condition;
    const spans = text === undefined ? [] : foundIn(operator, operand, text);
    const isShown = withText || outcome === "matched" || spans.length > 0;
    const seen = text === undefined || !isShown ? "" : ` ${this.style.dim("→")} ` +
      value(text, this.style, spans);
    const name = outcome === "matched" && condition.name
      ? `, ${this.style.dim("name")} ${label(condition.name)}`
      : "";
    const what = conditionName(condition, this.style) + seen + name;
    return this.#line(condition.offset, depth, outcome, what, this.#note(outcome, field));
  }

  #note(outcome: ConditionTrace["outcome"], field: string): string | undefined {
    const { id } = this.event.definition;
    switch (outcome) {
      case "skipped":
        return `another condition on ${field} matched`;
      case "other event":
        return this.event.definition.fieldIndex.has(field)
          ? `event ${id} has ${field} in another place`
          : `event ${id} has no ${field}`;
      case "no data":
        return `${field} has no value`;
      default:
        return undefined;
    }
  }

  /** Those that were tried, then how many were not. */
  #items(items: ElementTrace["items"], depth: number): string[] {
    const lines: string[] = [];
    let notReached = 0;
    for (const item of items) {
      if (item.outcome === "not reached") {
        notReached += item.kind === "rule" ? item.conditions.length : 1;
      } else if (item.kind === "condition") lines.push(this.condition(item, depth));
      else {
        lines.push(this.#line(item.rule.offset, depth, item.outcome, ruleName(item.rule)));
        lines.push(...this.#items(item.conditions, depth + 1));
      }
    }
    if (notReached > 0) {
      const noun = notReached === 1 ? "condition" : "conditions";
      const what = `${notReached} more ${noun}, not reached`;
      lines.push(this.style.dim(`${" ".repeat(this.#width)} │ ${"  ".repeat(depth)}· ${what}`));
    }
    return lines;
  }

  #line(offset: number, depth: number, outcome: string, what: string, note?: string): string {
    const { line } = this.config.source.positionAt(offset);
    const gutter = this.style.dim(`${String(line).padStart(this.#width)} │`);
    const marks: Readonly<Record<string, string>> = {
      "matched": this.style.good("✓"),
      "not matched": this.style.bad("✗"),
      "other event": this.style.bad("✗"),
      "no data": this.style.bad("!"),
    };
    const behind = note === undefined ? "" : ` ${this.style.dim(`(${note})`)}`;
    return `${gutter} ${"  ".repeat(depth)}${
      marks[outcome] ?? this.style.dim("·")
    } ${what}${behind}`;
  }
}
