/** Random configurations and events for property tests of the rules. */
import type { Combination, Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { SourceText } from "../config/source.ts";
import type { Event, FieldValue } from "../events/event.ts";
import { EVENTS, eventsByTag } from "../schema/events.ts";
import { OPERATORS } from "../schema/options.ts";
import type { EventDefinition, FieldDefinition } from "../schema/types.ts";
import type { Random } from "../testing/random.ts";
import type { RuleOptions } from "./rule_set.ts";

// Few and short texts, so that matches, near matches and failures are all frequent.
const PIECES = [
  "a",
  "B",
  "ab",
  "/",
  "\\",
  ";",
  "É",
  "é",
  "_",
  "-",
  "1",
  "10",
  "ls",
  "LS",
  "€",
  "%SystemDrive%",
  "%",
  "c:",
  "",
];

function text(random: Random): string {
  let result = "";
  for (let i = random.below(4); i > 0; i--) result += random.of(PIECES);
  return result;
}

const TAGS = ["ProcessCreate", "NetworkConnect", "RegistryEvent", "WmiEvent", "FileDelete"];
const NAMES = [undefined, undefined, "n1", "n2", "n3", ""];

/** A condition on one of the event's `fields`, with any operator, sometimes with a name. */
export function randomCondition(
  random: Random,
  event: EventDefinition,
  fields: readonly FieldDefinition[],
  value: string,
): Condition {
  const field = random.of(fields);
  return {
    kind: "condition",
    field: field.name,
    fieldIndex: event.fieldIndex.get(field.name)!,
    operator: random.of(OPERATORS),
    value,
    name: random.of(NAMES),
    offset: 0,
    valueOffset: 0,
  };
}

/** A Rule without a name. */
export function randomRule(random: Random, conditions: readonly Condition[]): RuleNode {
  return {
    kind: "rule",
    combination: randomCombination(random),
    relationGiven: true,
    name: undefined,
    conditions,
    offset: 0,
  };
}

export function randomCombination(random: Random): Combination {
  return random.of(["and", "or"]);
}

function element(random: Random): EventElement {
  const tag = random.of(TAGS);
  const event = random.of(eventsByTag(tag));
  // Few fields, so that several conditions meet on one.
  const all = [...event.fields, ...event.additional];
  const fields = [random.of(all), random.of(all), random.of(all)];
  const condition = () => randomCondition(random, event, fields, text(random));
  const items: (Condition | RuleNode)[] = [];
  const biased = random.chance(30) ? "is" : undefined;
  for (let i = random.below(biased ? 20 : 5); i > 0; i--) {
    if (random.chance(25)) {
      items.push(randomRule(random, Array.from({ length: 1 + random.below(3) }, condition)));
    } else {
      const item = condition();
      items.push(
        biased && random.chance(80)
          ? { ...item, operator: biased, value: random.of(PIECES) }
          : item,
      );
    }
  }
  return {
    tag,
    eventId: event.id,
    onmatch: random.of(["include", "exclude"]),
    combination: randomCombination(random),
    groupName: undefined,
    items,
    offset: 0,
  };
}

/** A configuration with few, short texts, so that matches, near matches and failures are all frequent. */
export function randomConfig(random: Random): Config {
  const elements = Array.from({ length: 1 + random.below(6) }, () => element(random));
  return {
    source: new SourceText("random", ""),
    schemaVersion: 490,
    options: undefined as unknown as Config["options"],
    elements,
  };
}

function value(random: Random, field: FieldDefinition, used: readonly string[]): FieldValue {
  if (random.chance(10)) return "-";
  if (field.type === "boolean") return random.chance(50);
  if (field.type === "uint16" || field.type === "uint32") return random.of([1, 10, 101, 0]);
  if (random.chance(30)) return random.of(PIECES);
  return random.chance(50) && used.length > 0 ? random.of(used) : text(random);
}

/** Rules mean different things on the two systems. */
const ORIGINS = [undefined, { computer: "l", system: "linux" }, {
  computer: "w",
  system: "windows",
}] as const;

/** An event that conditions with the values `used` may match. */
export function randomEvent(random: Random, used: readonly string[]): Event {
  const definition = random.of(EVENTS.filter((e) => e.tag !== null && TAGS.includes(e.tag)));
  return {
    definition,
    values: [...definition.fields, ...definition.additional].map((field) =>
      value(random, field, used)
    ),
    time: 0,
    recordId: 0,
    origin: random.of(ORIGINS),
  };
}

/** Values and list items of all conditions. */
export function valuesOf(config: Config): string[] {
  return config.elements.flatMap((e) => e.items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  ).flatMap((c) => [c.value, ...c.value.split(";")]);
}

/** Every way to evaluate. */
export const RULE_OPTIONS: readonly RuleOptions[] = [
  {},
  { compatibleRuleNames: true },
  { imageSeparator: "\\" },
  { compatibleRuleNames: true, imageSeparator: "\\" },
];
