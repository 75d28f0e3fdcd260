/** Random configurations whose parts often repeat, cover or contradict each other, and events. */
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { SourceText } from "../config/source.ts";
import type { Event, FieldValue } from "../events/event.ts";
import { eventsByTag } from "../schema/events.ts";
import { randomCombination, randomCondition, randomRule, valuesOf } from "../rules/random_rules.ts";
import type { Random } from "../testing/random.ts";

const TAGS = ["ProcessCreate", "NetworkConnect", "RegistryEvent"];
const FIELDS: ReadonlySet<string> = new Set([
  "Image",
  "User",
  "DestinationPort",
  "TargetObject",
  "Details",
]);
const PIECES = ["a", "B", "ab", "\\", "/", ";", "1", "10"];

/** A text of up to `pieces` pieces. */
function randomText(random: Random, pieces: number): string {
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
  const condition = () => {
    const value = random.chance(70) ? random.of(values) : randomText(random, 2);
    return randomCondition(random, event, fields, value);
  };
  const items: (Condition | RuleNode)[] = [];
  for (let i = random.below(6); i > 0; i--) {
    items.push(
      random.chance(60)
        ? condition()
        : randomRule(random, Array.from({ length: 1 + random.below(3) }, condition)),
    );
  }
  return {
    tag,
    eventId: event.id,
    onmatch: random.of(["include", "include", "exclude"]),
    combination: randomCombination(random),
    groupName: undefined,
    items,
    offset: 0,
  };
}

const OPERANDS = new WeakMap<Config, readonly string[]>();

function operandsOf(config: Config): readonly string[] {
  let operands = OPERANDS.get(config);
  if (operands === undefined) {
    operands = valuesOf(config).filter((value) => value !== "");
    OPERANDS.set(config, operands);
  }
  return operands;
}

/** An event of one of the configuration's tags, with all its data, its texts near the operands. */
export function randomEvent(random: Random, config: Config): Event {
  const definition = random.of(eventsByTag(random.of(config.elements).tag));
  const operands = operandsOf(config);
  const text = () =>
    (operands.length > 0 && random.chance(70) ? random.of(operands) : randomText(random, 2)) +
    (random.chance(30) ? randomText(random, 1) : "");
  const values = definition.fields.map(({ type }): FieldValue => {
    if (type === "boolean") return random.chance(50);
    if (type === "uint16" || type === "uint32") return random.of([1, 10, 101, 110]);
    return text() || "-";
  });
  return { definition, values, time: 0, recordId: 0, origin: { computer: "h", system: "linux" } };
}
