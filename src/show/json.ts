/** A configuration for programs. */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { conditionParts, elementParts, ruleParts } from "../explain/parts.ts";
import { formatVersion } from "../schema/versions.ts";
import { comparedFor, type ShownTag, shownTags } from "./events.ts";
import { shownOptions } from "./options.ts";

/** What `--json` prints, as an object. Lines and columns count from 1. */
export function configurationToJson(config: Config): unknown {
  const place = (offset: number) => config.source.positionAt(offset);
  const condition = (given: Condition, { events }: ShownTag) => {
    return {
      ...conditionParts(given),
      events: comparedFor(given, events),
      ...place(given.offset),
    };
  };
  const item = (given: Condition | RuleNode, shown: ShownTag) => {
    if (given.kind === "condition") return condition(given, shown);
    return {
      ...ruleParts(given),
      ...place(given.offset),
      conditions: given.conditions.map((each) => condition(each, shown)),
    };
  };
  const element = (given: EventElement, shown: ShownTag) => ({
    ...elementParts(given),
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
