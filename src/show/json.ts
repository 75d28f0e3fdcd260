/** A configuration for programs. */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { formatVersion } from "../schema/versions.ts";
import { comparedFor, type ShownTag, shownTags } from "./events.ts";
import { shownOptions } from "./options.ts";

/** What `--json` prints, as an object. Lines and columns count from 1. */
export function configurationToJson(config: Config): unknown {
  const place = (offset: number) => config.source.positionAt(offset);
  const condition = (given: Condition, { events }: ShownTag) => {
    const { field, operator, value, name, offset } = given;
    return {
      kind: "condition",
      field,
      operator,
      value,
      ...(name !== undefined && { name }),
      events: comparedFor(given, events),
      ...place(offset),
    };
  };
  const item = (given: Condition | RuleNode, shown: ShownTag) => {
    if (given.kind === "condition") return condition(given, shown);
    return {
      kind: "rule",
      ...(given.name !== undefined && { name: given.name.text }),
      combination: given.combination,
      ...place(given.offset),
      conditions: given.conditions.map((each) => condition(each, shown)),
    };
  };
  const element = (given: EventElement, shown: ShownTag) => ({
    onmatch: given.onmatch,
    combination: given.combination,
    ...(given.groupName !== undefined && { group: given.groupName.text }),
    ...place(given.offset),
    items: given.items.map((each) => item(each, shown)),
  });
  return {
    file: config.source.fileName,
    schemaVersion: formatVersion(config.schemaVersion),
    options: Object.fromEntries(
      shownOptions(config).map(({ name, value, offset }) => [
        name,
        { value, ...(offset === undefined ? { default: true } : place(offset)) },
      ]),
    ),
    events: shownTags(config).map((shown) => ({
      tag: shown.tag,
      ids: shown.events.map(({ id }) => id),
      unmatched: shown.logsUnmatched ? "logged" : "dropped",
      elements: shown.elements.map((each) => element(each, shown)),
    })),
  };
}
