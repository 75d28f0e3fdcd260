/** What a configuration means, without how and where it is written. */
import type { Condition, Config, RuleNode } from "./model.ts";

/** Equal for two configurations that differ in layout, comments and quoting alone. */
export function meaningOf(config: Config): string {
  const { schemaVersion, options, elements } = config;
  return JSON.stringify({
    schemaVersion,
    entries: options.entries.map(({ name, text }) => [name, text]),
    elements: elements.map((element) => [
      element.tag,
      element.eventId,
      element.onmatch,
      element.combination,
      element.groupName?.text,
      element.items.map(itemMeaning),
    ]),
  });
}

function itemMeaning(item: Condition | RuleNode): unknown {
  if (item.kind === "rule") {
    const { combination, relationGiven, name, conditions } = item;
    return [combination, relationGiven, name?.text, conditions.map(itemMeaning)];
  }
  return [item.field, item.fieldIndex, item.operator, item.value, item.name];
}
