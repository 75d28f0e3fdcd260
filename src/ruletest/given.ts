/** The events that a test is about: made of fields, or picked out of logs. */
import { quote } from "../config/mod.ts";
import { didYouMean } from "../config/suggest.ts";
import { type Event, type FieldValue, MISSING } from "../events/event.ts";
import {
  EVENT_TAGS,
  eventById,
  type EventDefinition,
  EVENTS,
  eventsByTag,
  fieldAt,
  type FieldDefinition,
  OPERATORS,
} from "../schema/mod.ts";
import type { GivenEvent, GivenLogs } from "./model.ts";
import { fieldValue } from "../sources/logs/field_values.ts";
import type { Shape } from "./shape.ts";
import type { MapValue, ScalarValue, Value } from "./tree.ts";
import { type FieldTest, fieldTest } from "./where.ts";

/** Values that texts of a test must be turned into; all other types are texts. */
const WANTED: Readonly<Record<string, string>> = {
  uint16: "a number",
  uint32: "a number",
  boolean: "true or false",
};
const FILTERED_BY_RULES = "RuleName";
const EVENT_NAMES: readonly string[] = [
  ...new Set([...EVENTS.map((event) => event.name), ...EVENT_TAGS]),
];
const FIELD_NAMES: ReadonlySet<string> = new Set(
  EVENTS.flatMap((event) => [...event.fieldIndex.keys()]),
);

/** Field values shared by all tests of a file: those of every event, and those of one. */
export class Base {
  readonly #shape: Shape;
  readonly #everywhere = new Map<string, ScalarValue>();
  readonly #ofEvent = new Map<number, MapValue>();

  constructor(shape: Shape, value: Value | undefined) {
    this.#shape = shape;
    const entries = value && shape.anyMap(value, "base")?.entries;
    for (const [name, entry] of entries ?? []) this.#add(name, entry.keyOffset, entry.value);
  }

  /** The fields of an event: shared ones that it has, then `given`, which must be its own. */
  event(definition: EventDefinition, given: readonly (MapValue | undefined)[]): Event {
    const values: FieldValue[] = definition.fields.map(() => MISSING);
    for (const field of definition.fields) {
      const shared = this.#everywhere.get(field.name);
      if (shared !== undefined) values[field.index] = this.#value(field, shared);
    }
    for (const map of [this.#ofEvent.get(definition.id), ...given]) {
      for (const [name, { keyOffset, value }] of map?.entries ?? []) {
        const field = this.#field(definition, name, keyOffset);
        const scalar = this.#shape.scalar(value, name);
        if (field !== undefined && scalar !== undefined) {
          values[field.index] = this.#value(field, scalar);
        }
      }
    }
    return { definition, values, time: 0, recordId: 0 };
  }

  #add(name: string, offset: number, value: Value): void {
    if (value.kind === "map") {
      for (const { id } of readEvents(this.#shape, name, offset)) this.#ofEvent.set(id, value);
    } else if (FIELD_NAMES.has(name) && name !== FILTERED_BY_RULES) {
      const scalar = this.#shape.scalar(value, name);
      if (scalar !== undefined) this.#everywhere.set(name, scalar);
    } else {
      const help = () => didYouMean(name, FIELD_NAMES);
      this.#shape.error("MON307", offset, `no event has a field ${quote(name)}`, help);
    }
  }

  #field(event: EventDefinition, name: string, offset: number): FieldDefinition | undefined {
    if (name === FILTERED_BY_RULES) {
      const help = "ask for it with expect: { rule: NAME }";
      return this.#shape.error("MON307", offset, "RuleName is what the rules give", help);
    }
    const index = event.fieldIndex.get(name);
    if (index !== undefined) return fieldAt(event, index);
    const message = `${event.name} has no field ${quote(name)}`;
    return this.#shape.error(
      "MON307",
      offset,
      message,
      () => didYouMean(name, event.fieldIndex.keys()),
    );
  }

  #value(field: FieldDefinition, { text, offset }: ScalarValue): FieldValue {
    const value = fieldValue(field, text);
    const wanted = WANTED[field.type];
    if (wanted === undefined || value === MISSING || typeof value !== "string") return value;
    return this.#shape.error(
      "MON311",
      offset,
      `${field.name} must be ${wanted}, not ${quote(text)}`,
    ) ??
      MISSING;
  }
}

/** `event` and `fields` of a test. */
export function readEvent(
  shape: Shape,
  base: Base,
  event: Value,
  fields: readonly (Value | undefined)[],
): GivenEvent | undefined {
  const name = shape.scalar(event, "event");
  if (name === undefined) return undefined;
  const definitions = readEvents(shape, name.text, name.offset);
  if (definitions.length > 1) {
    const ids = definitions.map(({ id, name }) => `${id} (${name})`).join(", ");
    const message = `${quote(name.text)} stands for several events`;
    return shape.error("MON306", name.offset, message, `write one of ${ids}`);
  }
  if (definitions.length === 0) return undefined;
  const maps = fields.map((value) => value && shape.anyMap(value, "fields"));
  return { kind: "event", event: base.event(definitions[0], maps) };
}

/** `log` and `where` of a test. */
export function readLogs(shape: Shape, log: Value, where: Value | undefined): GivenLogs {
  const logs = shape.scalars(log, "log");
  const eventIds = new Set<number>();
  const tests: FieldTest[] = [];
  const entries = where && shape.anyMap(where, "where")?.entries;
  for (const [name, { keyOffset, value }] of entries ?? []) {
    if (name === "event") {
      for (const { text, offset } of shape.scalars(value, "event")) {
        for (const { id } of readEvents(shape, text, offset)) eventIds.add(id);
      }
    } else if (FIELD_NAMES.has(name)) {
      tests.push(...readFieldTests(shape, name, value));
    } else {
      const help = () => didYouMean(name, ["event", ...FIELD_NAMES]);
      shape.error("MON307", keyOffset, `no event has a field ${quote(name)}`, help);
    }
  }
  return { kind: "logs", logs, eventIds: eventIds.size > 0 ? eventIds : undefined, where: tests };
}

function readFieldTests(shape: Shape, field: string, value: Value): FieldTest[] {
  if (value.kind !== "map") {
    return shape.scalars(value, field).slice(0, 1).map(({ text }) => fieldTest(field, "is", text));
  }
  return [...value.entries].flatMap(([name, entry]) => {
    const operator = OPERATORS.find((known) => known === name);
    const operand = shape.scalar(entry.value, name);
    if (operator === undefined) {
      const help = () => didYouMean(name, OPERATORS) ?? `conditions: ${OPERATORS.join(", ")}`;
      shape.error("MON303", entry.keyOffset, `unknown condition ${quote(name)}`, help);
    }
    return operator && operand ? [fieldTest(field, operator, operand.text)] : [];
  });
}

/** The events that a number, a name or a tag stands for; none is reported. */
export function readEvents(
  shape: Shape,
  text: string,
  offset: number,
): readonly EventDefinition[] {
  const byId = /^\d{1,3}$/.test(text) ? eventById(Number(text)) : undefined;
  const found = byId ?? EVENTS.find(({ name }) => name === text);
  const events = found === undefined ? eventsByTag(text) : [found];
  if (events.length === 0) {
    const help = () => didYouMean(text, EVENT_NAMES) ?? "monomi schema --json lists all events";
    shape.error("MON306", offset, `there is no event ${quote(text)}`, help);
  }
  return events;
}
