/** A configuration for people: what it does, event by event. */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import type { Style } from "../explain/style.ts";
import { formatVersion } from "../schema/versions.ts";
import { comparedFor, type ShownTag, shownTags } from "./events.ts";
import { shownOptions } from "./options.ts";
import { combinationInWords, conditionInWords, elementInWords, quoted } from "./words.ts";

/** Everything in effect, with line numbers. */
export function renderConfiguration(config: Config, style: Style): string {
  return new Page(config, style).render();
}

class Page {
  readonly #lines: string[] = [];
  readonly #width: number;

  constructor(readonly config: Config, readonly style: Style) {
    this.#width = Math.max(4, String(this.#lineOf(config.source.text.length)).length);
  }

  render(): string {
    const { source, schemaVersion } = this.config;
    const tags = shownTags(this.config);
    const file = escapeUnprintable(source.fileName);
    this.#lines.push(
      this.style.strong(file) +
        `: schema version ${formatVersion(schemaVersion)}, ${counts(this.config)}`,
      "",
      this.style.strong("options"),
    );
    for (const { name, value, offset } of shownOptions(this.config)) {
      const text = `${name.padEnd(20)} ${escapeUnprintable(value)}`;
      this.#add(offset, 0, offset === undefined ? this.style.dim(text) : text);
    }
    for (const tag of tags) if (tag.elements.length > 0) this.#tag(tag);
    this.#lines.push("", this.style.strong("events without an element"));
    this.#defaults(tags, true);
    this.#defaults(tags, false);
    return this.#lines.join("\n");
  }

  #tag(shown: ShownTag): void {
    const { tag, events, elements, logsUnmatched } = shown;
    const ids = events.map(({ id }) => id).join(", ");
    const outcome = logsUnmatched ? this.style.good("logged") : this.style.bad("dropped");
    const heading = `${tag} (event${events.length > 1 ? "s" : ""} ${ids})`;
    this.#lines.push(
      "",
      `${this.style.strong(heading)}: ${outcome} unless an element below decides`,
    );
    for (const element of elements) this.#element(element, shown);
  }

  #element(element: EventElement, shown: ShownTag): void {
    const { offset, items, groupName } = element;
    const note = groupName?.text ? `, ${this.style.dim("group")} ${quoted(groupName.text)}` : "";
    this.#add(offset, 0, elementInWords(element) + note);
    const outer = groupName?.text;
    for (const item of element.combination === "or" ? items : pooled(items)) {
      if (Array.isArray(item)) {
        this.#add(undefined, 1, "one of");
        for (const condition of item) this.#condition(condition, 2, outer, shown);
      } else if (item.kind === "rule") this.#rule(item, outer, shown);
      else this.#condition(item, 1, outer, shown);
    }
  }

  #rule(rule: RuleNode, outer: string | undefined, shown: ShownTag): void {
    const { combination, conditions, relationGiven, name, offset } = rule;
    const text = `Rule: ${combinationInWords(combination, conditions.length)}`;
    const assumed = relationGiven || conditions.length < 2
      ? ""
      : ` ${this.style.dim("(groupRelation is not written)")}`;
    this.#add(offset, 1, text + assumed + this.#name(name?.text, outer));
    for (const condition of conditions) this.#condition(condition, 2, name?.text ?? outer, shown);
  }

  #condition(
    condition: Condition,
    depth: number,
    outer: string | undefined,
    { events }: ShownTag,
  ): void {
    const ids = comparedFor(condition, events);
    const only = ids.length === events.length
      ? ""
      : ` ${this.style.dim(`(compared for event ${ids.join(", ")} only)`)}`;
    const text = conditionInWords(condition) + only + this.#name(condition.name, outer);
    this.#add(condition.offset, depth, text);
  }

  /** The RuleName that a match gives, unless it is that of what is around it. */
  #name(name: string | undefined, outer: string | undefined): string {
    return name && name !== outer ? `, ${this.style.dim("name")} ${quoted(name)}` : "";
  }

  #defaults(tags: readonly ShownTag[], logged: boolean): void {
    const names = tags
      .filter(({ elements, logsUnmatched }) => elements.length === 0 && logsUnmatched === logged)
      .map(({ tag }) => tag);
    if (names.length === 0) return;
    const outcome = logged ? this.style.good("logged") : this.style.bad("dropped");
    this.#add(undefined, 0, `${outcome}: ${names.join(", ")}`);
  }

  #add(offset: number | undefined, depth: number, text: string): void {
    const line = offset === undefined ? "" : String(this.#lineOf(offset));
    this.#lines.push(
      `${this.style.dim(`${line.padStart(this.#width)} │`)} ${"  ".repeat(depth)}${text}`,
    );
  }

  #lineOf(offset: number): number {
    return this.config.source.positionAt(offset).line;
  }
}

/** Conditions on one field stand together, because they are alternatives (V9). */
function pooled(items: EventElement["items"]): (Condition | RuleNode | Condition[])[] {
  const result: (Condition | RuleNode | Condition[])[] = [];
  const pools = Map.groupBy(
    items.filter((item) => item.kind === "condition"),
    ({ field }) => field,
  );
  for (const item of items) {
    if (item.kind === "rule") {
      result.push(item);
      continue;
    }
    const pool = pools.get(item.field)!;
    if (pool[0] === item) result.push(pool.length === 1 ? item : pool);
  }
  return result;
}

function counts({ elements }: Config): string {
  const conditions = elements.flatMap(({ items }) => items).reduce(
    (sum, item) => sum + (item.kind === "rule" ? item.conditions.length : 1),
    0,
  );
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return `${plural(elements.length, "element")}, ${plural(conditions, "condition")}`;
}
