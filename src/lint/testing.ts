/** Random configurations whose parts often repeat, cover or contradict each other, and events. */
import type { Combination, Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { SourceText } from "../config/source.ts";
import type { Event, FieldValue } from "../events/event.ts";
import { eventsByTag } from "../schema/events.ts";
import { OPERATORS } from "../schema/options.ts";
import type { EventDefinition, FieldDefinition } from "../schema/types.ts";
import type { Random } from "./random.ts";

const TAGS = ["ProcessCreate", "NetworkConnect", "RegistryEvent"];
const FIELDS: ReadonlySet<string> = new Set([
  "Image",
  "User",
  "DestinationPort",
  "TargetObject",
  "Details",
]);
const PIECES = ["a", "B", "ab", "\\", "/", ";", "1", "10"];
const NAMES = [undefined, undefined, undefined, "n1", "n2", ""];

/** A text of up to `pieces` pieces. */
export function randomText(random: Random, pieces: number): string {
  let result = "";
  for (let i = random.below(pieces + 1); i > 0; i--) result += random.of(PIECES);
  return result;
}

/** A configuration for a few fields of a few events. */
export function randomConfig(random: Random): Config {
  const values = ["a", ...Array.from({ length: 3 }, () => randomText(random, 3))];
  const tags = [random.of(TAGS), random.of(TAGS)];
  const elements = Array.from(
    { length: 1 + random.below(4) },
    () => randomElement(random, random.of(tags), values),
  );
  return {
    source: new SourceText("random", ""),
    schemaVersion: 490,
    options: { entries: [], hashAlgorithms: new Set(["SHA256"]) } as unknown as Config["options"],
    elements,
  };
}

function randomElement(random: Random, tag: string, values: readonly string[]): EventElement {
  const event = random.of(eventsByTag(tag));
  const fields = event.fields.filter(({ name }) => FIELDS.has(name));
  const combination = (): Combination => random.of(["and", "or"]);
  const items: (Condition | RuleNode)[] = [];
  for (let i = random.below(6); i > 0; i--) {
    if (random.chance(60)) {
      items.push(randomCondition(random, event, fields, values));
      continue;
    }
    items.push({
      kind: "rule",
      combination: combination(),
      relationGiven: true,
      name: undefined,
      conditions: Array.from(
        { length: 1 + random.below(3) },
        () => randomCondition(random, event, fields, values),
      ),
      offset: 0,
    });
  }
  return {
    tag,
    eventId: event.id,
    onmatch: random.of(["include", "include", "exclude"]),
    combination: combination(),
    groupName: undefined,
    items,
    offset: 0,
  };
}

function randomCondition(
  random: Random,
  event: EventDefinition,
  fields: readonly FieldDefinition[],
  values: readonly string[],
): Condition {
  const field = random.of(fields);
  return {
    kind: "condition",
    field: field.name,
    fieldIndex: event.fieldIndex.get(field.name)!,
    operator: random.of(OPERATORS),
    value: random.chance(70) ? random.of(values) : randomText(random, 2),
    name: random.of(NAMES),
    offset: 0,
    valueOffset: 0,
  };
}

/** An event of one of the configuration's tags, with all its data, its texts near the operands. */
export function randomEvent(random: Random, config: Config): Event {
  const definition = random.of(eventsByTag(random.of(config.elements).tag));
  const operands = config.elements.flatMap((e) => e.items)
    .flatMap((item) => item.kind === "rule" ? item.conditions : [item])
    .flatMap(({ value }) => [value, ...value.split(";")])
    .filter((value) => value !== "");
  const text = () =>
    (operands.length > 0 && random.chance(70) ? random.of(operands) : randomText(random, 2)) +
    (random.chance(30) ? randomText(random, 1) : "");
  const values = definition.fields.map(({ type }): FieldValue => {
    if (type === "boolean") return random.chance(50);
    if (type === "uint16" || type === "uint32") return random.of([1, 10, 101, 110]);
    return text() || "-";
  });
  return { definition, values, time: 0, recordId: 0 };
}
