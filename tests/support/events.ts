/** Reading what the sensor wrote. */
import assert from "node:assert/strict";
import { parseXml, XmlElement } from "@rgrove/parse-xml";

const CHUNK = 4 * 1024 * 1024;
const LINE_FEED = 10;

/** An event as a JSON line has it. */
export interface JsonEvent {
  readonly EventID: number;
  readonly EventRecordID: number;
  readonly [field: string]: string | number | boolean;
}

/**
 * Whole lines of a file, read a piece at a time; fails when the last line has no end, unless its writer
 * may have been `cut` short.
 */
export function* linesOf(path: string, end: "whole" | "cut" = "whole"): Generator<string> {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(CHUNK);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for (let count = file.readSync(buffer); count !== null; count = file.readSync(buffer)) {
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (end === "cut") return;
  assert.equal(rest + decoder.decode(), "", `${path} ends in the middle of a line`);
}

/** The events of a file of JSON lines that `wanted` wants. Every line must be a JSON object. */
export function eventsOf(
  path: string,
  wanted: (event: JsonEvent) => boolean = () => true,
): JsonEvent[] {
  const events: JsonEvent[] = [];
  for (const line of linesOf(path)) {
    const event = JSON.parse(line);
    if (wanted(event)) events.push(event);
  }
  return events;
}

/** Follows a file of JSON lines that the sensor is writing. */
export class EventFollower {
  readonly events: JsonEvent[] = [];
  readonly #path: string;
  #read = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads the whole lines that were added; gives the first event that `wanted` wants. */
  find(wanted: (event: JsonEvent) => boolean): JsonEvent | undefined {
    const bytes = Deno.readFileSync(this.#path).subarray(this.#read);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#read += end;
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n");
    for (const line of lines) if (line !== "") this.events.push(JSON.parse(line));
    return this.events.find(wanted);
  }
}

/** An event as an XML line has it. */
export interface XmlEvent {
  readonly EventID: number;
  readonly EventRecordID: number;
  /** The event's fields, in order. */
  readonly data: ReadonlyMap<string, string>;
}

/** Reads one line of Sysmon's XML. @throws when it is not well-formed. */
export function parseXmlEvent(line: string): XmlEvent {
  const root = parseXml(line).root;
  assert(root !== null && root.name === "Event", "the root is not Event");
  const [system, eventData] = root.children as XmlElement[];
  const field = (name: string) =>
    Number((system.children as XmlElement[]).find((child) => child.name === name)!.text);
  const data = new Map<string, string>();
  for (const child of eventData.children as XmlElement[]) {
    data.set(child.attributes.Name, child.text);
  }
  return { EventID: field("EventID"), EventRecordID: field("EventRecordID"), data };
}
