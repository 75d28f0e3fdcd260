/**
 * The manifest in the binary form in which Windows reads it (WEVT_TEMPLATE).
 *
 * Microsoft does not document it. The structures are those of libfwevt's description ("Windows Event
 * manifest binary format"); what that calls unknown is as Microsoft's compiler writes it.
 */
import { createHash } from "node:crypto";
import { type EventDefinition, type EventProvider, EVENTS } from "../../schema/mod.ts";
import { Bytes } from "./bytes.ts";
import { eventMessage, levelMessage, LEVELS, taskMessage } from "./messages.ts";

/** What a part of a provider is. */
const PART = { LEVL: 0, TASK: 1, EVNT: 4, CHAN: 5, TTBL: 7 } as const;
const NO_MESSAGE = 0xffff_ffff;
const CHANNEL = 16;
/** The bit of the manifest's first channel. */
const KEYWORD_HIGH = 0x8000_0000;
const UNICODE_STRING = 1;
/** Of a template whose root is EventData. */
const EVENT_DATA = 1;

/** Tokens of binary XML ([MS-EVEN6]). */
const XML = {
  end: 0x00,
  open: 0x01,
  closeStart: 0x02,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  substitution: 0x0d,
  fragment: 0x0f,
  hasAttributes: 0x40,
} as const;
const NO_DEPENDENCY = 0xffff;

/** Where the parts of the manifest are, for events that name them. */
interface Places {
  readonly levels: ReadonlyMap<number, number>;
  readonly tasks: ReadonlyMap<EventDefinition, number>;
  readonly templates: ReadonlyMap<EventDefinition, number>;
}

/** The manifest of {@link printEventManifest}. */
export function manifestResource(provider: EventProvider): Uint8Array<ArrayBuffer> {
  const out = new Bytes().ascii("CRIM");
  const size = out.hole();
  out.u16(3, 1).u32(1).raw(provider.guidBytes);
  const start = out.hole();
  out.align(8);
  out.fill(start, out.end);

  const begin = out.end;
  const providerSize = out.ascii("WEVT").hole();
  const parts = Object.keys(PART) as (keyof typeof PART)[];
  out.u32(NO_MESSAGE, parts.length);
  const order = ["CHAN", "TTBL", "LEVL", "TASK", "EVNT"] as const;
  const holes = new Map(order.map((part) => [part, out.u32(PART[part]).hole()]));
  const begins = (part: keyof typeof PART) => out.fill(holes.get(part)!, out.end);

  begins("CHAN");
  table(out, "CHAN", [provider.channel], (channel) => {
    out.u32(CHANNEL);
    const name = out.hole();
    out.u32(0, NO_MESSAGE);
    return [name, channel];
  });
  begins("TTBL");
  const templates = templateTable(out);
  begins("LEVL");
  const levels = table(out, "LEVL", Object.keys(LEVELS).map(Number), (level) => {
    out.u32(level, levelMessage(level));
    return [out.hole(), LEVELS[level].name];
  });
  begins("TASK");
  const tasks = table(out, "TASK", EVENTS, (event) => {
    out.u32(event.id, taskMessage(event), 0, 0, 0, 0);
    return [out.hole(), event.name];
  });
  begins("EVNT");
  eventTable(out, { levels, tasks, templates });

  out.fill(providerSize, out.end - begin);
  out.fill(size, out.end);
  return out.done();
}

/** Definitions, behind them their names; where each definition is. */
function table<Item>(
  out: Bytes,
  signature: string,
  items: readonly Item[],
  write: (item: Item) => [nameHole: number, name: string],
): Map<Item, number> {
  const begin = out.end;
  const size = out.ascii(signature).hole();
  out.u32(items.length);
  const places = new Map<Item, number>();
  const names = items.map((item) => {
    places.set(item, out.end);
    return write(item);
  });
  for (const [hole, name] of names) writeName(out, hole, name);
  out.fill(size, out.end - begin);
  return places;
}

/** Its length with itself, and a text with a zero. */
function writeName(out: Bytes, hole: number, name: string): void {
  out.fill(hole, out.end);
  const text = new Bytes().wide(`${name}\0`).align(4).done();
  out.u32(4 + text.length).raw(text);
}

function templateTable(out: Bytes): Map<EventDefinition, number> {
  const begin = out.end;
  const size = out.ascii("TTBL").hole();
  out.u32(EVENTS.length);
  const places = new Map<EventDefinition, number>();
  for (const event of EVENTS) {
    places.set(event, out.end);
    writeTemplate(out, event.fields.map(({ name }) => name));
  }
  out.fill(size, out.end - begin);
  return places;
}

function writeTemplate(out: Bytes, fields: readonly string[]): void {
  const begin = out.end;
  const size = out.ascii("TEMP").hole();
  out.u32(fields.length, fields.length);
  const items = out.hole();
  const fragment = eventDataFragment(fields);
  const identifier = createHash("sha256").update(fragment).digest().subarray(0, 16);
  out.u32(EVENT_DATA).raw(identifier).raw(fragment).align(4);
  out.fill(items, out.end);
  const holes = fields.map(() => {
    out.u32(0).u8(UNICODE_STRING, UNICODE_STRING).u16(0).u32(0, 0);
    return out.hole();
  });
  for (const [at, field] of fields.entries()) writeName(out, holes[at], field);
  out.fill(size, out.end - begin);
}

/** `<EventData><Data Name="FIELD">%1</Data>…</EventData>` as binary XML. */
export function eventDataFragment(fields: readonly string[]): Uint8Array<ArrayBuffer> {
  const out = new Bytes().u8(XML.fragment, 1, 1, 0);
  out.u8(XML.open).u16(NO_DEPENDENCY);
  const size = out.hole();
  const begin = out.end;
  xmlName(out, "EventData").u8(XML.closeStart);
  for (const [at, field] of fields.entries()) dataElement(out, at, field);
  out.u8(XML.endElement);
  out.fill(size, out.end - begin);
  return out.u8(XML.end).done();
}

function dataElement(out: Bytes, at: number, field: string): void {
  out.u8(XML.open | XML.hasAttributes).u16(NO_DEPENDENCY);
  const size = out.hole();
  const begin = out.end;
  xmlName(out, "Data");
  const attributes = out.hole();
  const first = out.end;
  xmlName(out.u8(XML.attribute), "Name");
  out.u8(XML.value, UNICODE_STRING).u16(field.length).wide(field);
  out.fill(attributes, out.end - first);
  out.u8(XML.closeStart, XML.substitution).u16(at).u8(UNICODE_STRING, XML.endElement);
  out.fill(size, out.end - begin);
}

function xmlName(out: Bytes, name: string): Bytes {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = (Math.imul(hash, 65_599) + name.charCodeAt(i)) >>> 0;
  }
  return out.u16(hash & 0xffff, name.length).wide(`${name}\0`);
}

function eventTable(out: Bytes, { levels, tasks, templates }: Places): void {
  const begin = out.end;
  const size = out.ascii("EVNT").hole();
  out.u32(EVENTS.length, 0);
  for (const event of EVENTS) {
    const { id, version, level } = event;
    out.u16(id).u8(version, CHANNEL, level, 0).u16(id).u32(0, KEYWORD_HIGH);
    out.u32(eventMessage(event), templates.get(event)!, 0, levels.get(level)!, tasks.get(event)!);
    // No keywords of its own.
    out.u32(0, 0, 0);
  }
  out.fill(size, out.end - begin);
}
