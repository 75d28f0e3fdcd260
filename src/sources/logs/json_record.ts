/** One JSON object -> its record: monomi's own lines, and the shapes of common exporters. */
import type { RawRecord, RawResult } from "./raw_record.ts";

type Json = Readonly<Record<string, unknown>>;

/** Reads an object's text. */
export function readJsonRecord(text: string): RawResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { problem: "the JSON object that begins here is damaged" };
  }
  if (!isObject(value)) return { problem: "this is no JSON object" };
  return recordOf(isObject(value._source) ? value._source : value);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function recordOf(object: Json): RawResult {
  const { Event: event, winlog } = object;
  if (isObject(event)) return windowsRecord(event);
  if (isObject(object.System)) return windowsRecord(object);
  if (isObject(winlog)) return beatsRecord(winlog, object);
  if (isObject(object.event_data)) return beatsRecord(object, object);
  return flatRecord(object);
}

/** The XML's tree as JSON, as evtx_dump and many others write it. */
function windowsRecord(event: Json): RawResult {
  const system = isObject(event.System) ? event.System : {};
  return required({
    provider: attributeOf(system.Provider, "Name"),
    computer: textOf(contentOf(system.Computer)),
    id: contentOf(system.EventID),
    time: attributeOf(system.TimeCreated, "SystemTime"),
    fields: dataFields(event.EventData),
    onlyFields: true,
  });
}

/** `{"Image": "…"}`, or `{"Data": [{"@Name": "Image", "#text": "…"}]}`. */
function dataFields(data: unknown): [string, unknown][] {
  if (Array.isArray(data)) return data.flatMap(dataFields);
  if (!isObject(data)) return [];
  if (!Array.isArray(data.Data)) {
    return Object.entries(data).filter(([name]) => !/^[#@]/.test(name));
  }
  return data.Data.flatMap((item): [string, unknown][] => {
    const name = attributeOf(item, "Name");
    return name === undefined ? [] : [[name, contentOf(item)]];
  });
}

/** Elastic's Winlogbeat, its older form too. */
function beatsRecord(log: Json, document: Json): RawResult {
  return required({
    provider: textOf(log.provider_name ?? log.source_name),
    computer: textOf(log.computer_name ?? document.computer_name),
    id: log.event_id ?? document.event_id,
    time: document["@timestamp"],
    fields: Object.entries(isObject(log.event_data) ? log.event_data : {}),
    onlyFields: true,
  });
}

const IDS = ["EventID", "EventId", "event_id", "eventID", "Id", "id"];
const COMPUTERS = ["Computer", "ComputerName", "computer_name", "Hostname"];
const PROVIDERS = ["SourceName", "ProviderName", "Provider", "provider_name", "source_name"];

/** Everything side by side: monomi's own lines, NXLog's, hand-written ones. */
function flatRecord(object: Json): RawResult {
  const nested = object.EventData;
  return required({
    provider: firstText(object, PROVIDERS),
    computer: firstText(object, COMPUTERS),
    id: contentOf(IDS.map((name) => object[name]).find((id) => id !== undefined) ?? object.Event),
    time: object["@timestamp"] ?? object.EventTime ?? object.TimeCreated,
    fields: isObject(nested) ? dataFields(nested) : Object.entries(object),
    onlyFields: isObject(nested),
  });
}

function required(record: RawRecord): RawResult {
  if (record.id !== undefined && record.id !== null) return record;
  return { problem: "the JSON object that begins here has no EventID" };
}

function firstText(object: Json, names: readonly string[]): string | undefined {
  return names.map((name) => textOf(object[name])).find((text) => text !== undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What an element's JSON form holds under `#text`, or is. */
function contentOf(element: unknown): unknown {
  if (!isObject(element)) return element;
  return element["#text"] ?? element["$t"] ?? element.Value ?? element._;
}

/** An attribute as the several converters from XML write it. */
function attributeOf(element: unknown, name: string): string | undefined {
  if (!isObject(element)) return textOf(element);
  const attributes = element["#attributes"] ?? element["@attributes"] ?? element.$;
  const values = isObject(attributes) ? attributes : element;
  return textOf(values[name] ?? element[`@${name}`] ?? element[`_${name}`]);
}
