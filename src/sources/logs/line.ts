/** One line of a log -> its event, wherever in the line that begins. */
import type { Event } from "../../events/event.ts";
import type { EventBuilder } from "./event_builder.ts";
import { readJsonRecord } from "./json_record.ts";
import { readXmlRecord } from "./xml_record.ts";

const XML = /<Event[\s>][^]*<\/Event>/;
const JSON_OBJECT = /\{\s*"[^]*\}/;

/** What a line holds; neither, where it is no event of Sysmon at all. */
export interface LineResult {
  readonly event?: Event;
  /** What is damaged. */
  readonly problem?: string;
}

/** Reads an event's XML or JSON that is whole on one line, also behind a prefix as syslog's. */
export function readLine(line: string, builder: EventBuilder): LineResult {
  const [xml] = XML.exec(line) ?? [];
  const [json] = xml === undefined ? JSON_OBJECT.exec(line) ?? [] : [];
  if (xml === undefined && json === undefined) return {};
  const record = xml === undefined ? readJsonRecord(json!) : readXmlRecord(xml);
  if ("problem" in record) return { problem: record.problem };
  return { event: builder.build(record)?.event };
}
