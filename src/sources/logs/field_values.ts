/** Values of logs and command lines -> values of events. */
import { type FieldValue, MISSING } from "../../events/event.ts";
import type { FieldDefinition } from "../../schema/types.ts";

const BARE_GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const UTC_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?)Z?$/;

/**
 * The value as {@link FieldValue} of the field's type, so that renderers print what the sensor
 * would have printed. What does not fit the type stays text; nothing and the empty text are `-`.
 */
export function fieldValue(field: FieldDefinition, value: unknown): FieldValue {
  switch (typeof value) {
    case "string":
      return fromText(field, value);
    case "number":
      return fromNumber(field, value);
    case "boolean":
      return field.type === "boolean" ? value : String(value);
    default:
      return value === null || value === undefined ? MISSING : JSON.stringify(value) ?? MISSING;
  }
}

function fromText(field: FieldDefinition, text: string): FieldValue {
  if (text === "") return MISSING;
  switch (field.type) {
    case "uint16":
    case "uint32":
      return /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text;
    case "boolean": {
      const lower = text.toLowerCase();
      return lower === "true" || lower === "false" ? lower === "true" : text;
    }
    case "guid":
      return BARE_GUID.test(text) ? `{${text}}` : text;
    default:
      return text;
  }
}

function fromNumber(field: FieldDefinition, value: number): FieldValue {
  switch (field.type) {
    case "uint16":
    case "uint32":
      return value;
    case "hexint32":
    case "hexint64":
    case "pointer":
      return Number.isSafeInteger(value) && value >= 0 ? `0x${value.toString(16)}` : String(value);
    default:
      return String(value);
  }
}

/** Milliseconds since 1970 of Sysmon's UtcTime or an ISO time in UTC; undefined for other text. */
export function parseTime(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const date = text.slice(0, DAY.length);
  if (date === lastDay && SYSMON_TIME.test(text)) return lastMidnight + timeOfDay(text);
  const parsed = parseAnyTime(text);
  if (parsed !== undefined && date !== lastDay) {
    lastDay = date;
    lastMidnight = Date.parse(`${date}T00:00:00Z`);
  }
  return parsed;
}

const DAY = "YYYY-MM-DD";
const SYSMON_TIME = /^.{10} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d\d\d$/;
/** Logs have many events a day. */
let lastDay = "";
let lastMidnight = 0;

/** Milliseconds since midnight of a time as Sysmon writes it. */
function timeOfDay(text: string): number {
  const digit = (at: number) => text.charCodeAt(at) - 0x30;
  const two = (at: number) => digit(at) * 10 + digit(at + 1);
  const seconds = two(11) * 3600 + two(14) * 60 + two(17);
  return seconds * 1000 + digit(20) * 100 + two(21);
}

function parseAnyTime(text: string): number | undefined {
  const match = UTC_TIME.exec(text);
  if (match === null) return undefined;
  const [, date, time] = match;
  const milliseconds = Date.parse(`${date}T${time.slice(0, "HH:MM:SS.mmm".length)}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
