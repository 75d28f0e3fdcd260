/** The newest definition of every event: the union of Linux 4.90 and Windows 4.91. */
import { additionalFieldsOf } from "./additional.ts";
import type { EventDefinition, FieldDefinition } from "./types.ts";
import { fieldsOfRow, valueAt } from "./rows.ts";
import { EVENT_ROWS, type EventRow } from "./table.ts";

const LEVEL_ERROR = 2;
const LEVEL_INFORMATIONAL = 4;
const ERROR_EVENT = 255;

function define(row: EventRow): EventDefinition {
  const fields: FieldDefinition[] = fieldsOfRow(row, Infinity).map(({ name, type }, index) => ({
    name,
    type: type === "pid" ? "uint32" : type,
    index,
  }));
  const additional = row.tag === null ? [] : additionalFieldsOf(fields);
  return {
    id: row.id,
    tag: row.tag,
    name: row.name,
    title: row.title,
    version: Number(valueAt(row.version, Infinity)),
    level: row.id === ERROR_EVENT ? LEVEL_ERROR : LEVEL_INFORMATIONAL,
    defaultAction: valueAt(row.ruleDefault ?? "exclude", Infinity) === "include"
      ? "include"
      : "exclude",
    fields,
    additional,
    fieldIndex: new Map([...fields, ...additional].map((field) => [field.name, field.index])),
  };
}

/** All events in the order of their ids. */
export const EVENTS: readonly EventDefinition[] = EVENT_ROWS.map(define);

const BY_ID: ReadonlyMap<number, EventDefinition> = new Map(EVENTS.map((e) => [e.id, e]));

const BY_TAG: ReadonlyMap<string, readonly EventDefinition[]> = Map.groupBy(
  EVENTS.filter((e) => e.tag !== null),
  (e) => e.tag!,
);

/** Every tag that may stand under EventFiltering, in the order of the events' ids. */
export const EVENT_TAGS: readonly string[] = [...BY_TAG.keys()];

/** The field at a position of an event's values, additional fields included. */
export function fieldAt(event: EventDefinition, index: number): FieldDefinition | undefined {
  return event.fields[index] ?? event.additional[index - event.fields.length];
}

/** The event with this id, or undefined. */
export function eventById(id: number): EventDefinition | undefined {
  return BY_ID.get(id);
}

/**
 * The events that share a tag, by ascending id: one for most tags, a series for RegistryEvent (12,
 * 13, 14), PipeEvent (17, 18) and WmiEvent (19, 20, 21). Empty for an unknown tag.
 */
export function eventsByTag(tag: string): readonly EventDefinition[] {
  return BY_TAG.get(tag) ?? [];
}
