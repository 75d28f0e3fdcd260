/** An event out of an id and `Field=value` pairs, as somebody types them. */
import { quote } from "../../config/diagnostics.ts";
import { hint } from "../../config/suggest.ts";
import { type Event, type FieldValue, MISSING } from "../../events/event.ts";
import { eventById, EVENTS, eventsByTag, fieldAt } from "../../schema/events.ts";
import type { EventDefinition } from "../../schema/types.ts";
import { fieldValue, parseTime } from "./field_values.ts";

/** There is no such event or field; the message names what may be meant. */
export class EventFieldError extends Error {
  override readonly name = "EventFieldError";
}

/**
 * The event with this id (`1`, `"1"`) or name (`ProcessCreate`, `RegistryValueSet`) and these
 * fields; all others hold `-`.
 *
 * @throws {EventFieldError}
 */
export function eventFromFields(
  id: number | string,
  fields: Readonly<Record<string, unknown>>,
): Event {
  const definition = eventNamed(id);
  const values: FieldValue[] = definition.fields.map(() => MISSING);
  for (const [name, value] of Object.entries(fields)) {
    const index = definition.fieldIndex.get(name);
    if (index === undefined) {
      const meant = hint(name, definition.fieldIndex.keys());
      throw new EventFieldError(
        `event ${definition.id} (${definition.name}) has no field ${quote(name)}${meant}`,
      );
    }
    values[index] = fieldValue(fieldAt(definition, index)!, value);
  }
  const utcTime = definition.fieldIndex.get("UtcTime");
  const time = utcTime === undefined ? undefined : parseTime(values[utcTime]);
  return { definition, values, time: time ?? 0, recordId: 0 };
}

function eventNamed(id: number | string): EventDefinition {
  const text = String(id);
  if (/^\d+$/.test(text)) {
    const event = eventById(Number(text));
    if (event === undefined) throw new EventFieldError(`there is no event ${quote(text)}`);
    return event;
  }
  const lower = text.toLowerCase();
  const named = EVENTS.find(({ name }) => name.toLowerCase() === lower);
  if (named !== undefined) return named;
  const series = EVENTS.filter(({ tag }) => tag?.toLowerCase() === lower);
  if (series.length === 1) return series[0];
  if (series.length > 1) {
    const ids = eventsByTag(series[0].tag!).map((event) => `${event.id} (${event.name})`);
    throw new EventFieldError(`${series[0].tag} stands for several events: ${ids.join(", ")}`);
  }
  const names = EVENTS.map(({ name }) => name);
  throw new EventFieldError(`there is no event ${quote(text)}${hint(text, names)}`);
}
