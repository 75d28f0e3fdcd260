/** Makes Windows event logs for tests, with values of every kind that Sysmon writes. */
import { crc32 } from "node:zlib";

/** A value and how the log stores it; `guid` as 32 digits in the order in which it is printed. */
export type EvtxValue =
  | string
  | boolean
  | { readonly uint32: number }
  | { readonly hex64: bigint }
  | { readonly guid: string };

/** One record. */
export interface EvtxEvent {
  readonly record: number;
  readonly id: number;
  readonly provider?: string;
  /** Name of an element in UserData that holds the fields; otherwise they are in EventData. */
  readonly userData?: string;
  readonly fields: Readonly<Record<string, EvtxValue>>;
}

const FILE_HEADER_BYTES = 4096;
/** Of a chunk. */
export const CHUNK_BYTES = 65_536;
const CHUNK_HEADER_BYTES = 512;
const FILETIME_OF_2026 = 134_117_856_000_000_000n;

const OPEN = 0x01;
const OPEN_WITH_ATTRIBUTES = 0x41;
const CLOSE_START = 0x02;
const CLOSE_EMPTY = 0x03;
const END = 0x04;
const VALUE = 0x05;
const ATTRIBUTE = 0x06;

/** Bytes with a position; all numbers little-endian. */
class Writer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(...values: number[]): this {
    for (const value of values) this.#view.setUint8(this.at++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  u64(value: bigint | number): this {
    this.#view.setBigUint64(this.at, BigInt(value), true);
    this.at += 8;
    return this;
  }

  utf16(text: string): this {
    for (let i = 0; i < text.length; i++) this.u16(text.charCodeAt(i));
    return this;
  }

  /** A name, which stands right behind its offset. */
  name(text: string): this {
    return this.u32(this.at + 4).u32(0).u16(0).u16(text.length).utf16(text).u16(0);
  }

  value(value: EvtxValue): this {
    this.u8(VALUE);
    if (typeof value === "string") return this.u8(0x01).u16(value.length).utf16(value);
    if (typeof value === "boolean") return this.u8(0x0d).u32(Number(value));
    if ("uint32" in value) return this.u8(0x08).u32(value.uint32);
    if ("hex64" in value) return this.u8(0x15).u64(value.hex64);
    const bytes = Uint8Array.fromHex(value.guid);
    const printed = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    return this.u8(0x0f, ...printed.map((i) => bytes[i]));
  }

  element(name: string, attributes: Readonly<Record<string, string>>, inside?: () => void): this {
    const entries = Object.entries(attributes);
    this.u8(entries.length > 0 ? OPEN_WITH_ATTRIBUTES : OPEN).u32(0).name(name);
    if (entries.length > 0) this.u32(0);
    for (const [key, value] of entries) this.u8(ATTRIBUTE).name(key).value(value);
    if (inside === undefined) return this.u8(CLOSE_EMPTY);
    this.u8(CLOSE_START);
    inside();
    return this.u8(END);
  }

  /** Writes at another place and comes back. */
  patch(at: number, write: () => void): void {
    const back = this.at;
    this.at = at;
    write();
    this.at = back;
  }
}

/** A log with these chunks. */
export function evtxFile(chunks: readonly (readonly EvtxEvent[])[]): Uint8Array<ArrayBuffer> {
  const file = new Writer(FILE_HEADER_BYTES);
  const next = chunks.flat().reduce((last, { record }) => Math.max(last, record), 0) + 1;
  file.u8(...new TextEncoder().encode("ElfFile\0"));
  file.u64(0).u64(chunks.length - 1).u64(next).u32(128).u16(1).u16(3);
  file.u16(FILE_HEADER_BYTES).u16(chunks.length);
  file.patch(124, () => file.u32(crc32(file.bytes.subarray(0, 120))));
  const parts = [file.bytes, ...chunks.map(evtxChunk)];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One chunk, with the checksums that belong to it. */
export function evtxChunk(events: readonly EvtxEvent[]): Uint8Array<ArrayBuffer> {
  const chunk = new Writer(CHUNK_BYTES);
  chunk.at = CHUNK_HEADER_BYTES;
  let last = chunk.at;
  for (const event of events) {
    last = chunk.at;
    writeRecord(chunk, event);
  }
  const free = chunk.at;
  const [first, end] = [events[0].record, events.at(-1)!.record];
  chunk.at = 0;
  chunk.u8(...new TextEncoder().encode("ElfChnk\0"));
  chunk.u64(first).u64(end).u64(first).u64(end).u32(128).u32(last).u32(free);
  chunk.u32(crc32(chunk.bytes.subarray(CHUNK_HEADER_BYTES, free)));
  const header = crc32(chunk.bytes.subarray(0, 120));
  chunk.at = 124;
  chunk.u32(crc32(chunk.bytes.subarray(128, CHUNK_HEADER_BYTES), header));
  return chunk.bytes;
}

function writeRecord(
  out: Writer,
  { record, id, provider = "Microsoft-Windows-Sysmon", userData, fields }: EvtxEvent,
): void {
  const start = out.at;
  out.u8(0x2a, 0x2a, 0, 0).u32(0).u64(record).u64(FILETIME_OF_2026).u8(0x0f, 1, 1, 0);
  out.element("Event", { xmlns: "http://schemas.microsoft.com/win/2004/08/events/event" }, () => {
    out.element("System", {}, () => {
      out.element("Provider", { Name: provider });
      out.element("EventID", {}, () => out.value({ uint32: id }));
      out.element("TimeCreated", { SystemTime: "2026-01-02T03:04:05.6789012Z" });
      out.element("Computer", {}, () => out.value("host"));
    });
    if (userData !== undefined) {
      out.element("UserData", {}, () => {
        out.element(userData, { xmlns: "urn:x" }, () => {
          for (const [name, value] of Object.entries(fields)) {
            out.element(name, {}, () => out.value(value));
          }
        });
      });
      return;
    }
    out.element("EventData", {}, () => {
      for (const [name, value] of Object.entries(fields)) {
        out.element("Data", { Name: name }, () => out.value(value));
      }
    });
  });
  out.u8(0);
  const size = out.at + 4 - start;
  out.u32(size);
  out.patch(start + 4, () => out.u32(size));
}

const GUID = { guid: "747f3d96c8a05f0e00000010b5a10b00" };

/** What `fixtures/logs/sysmon.evtx` holds: two events of Sysmon and one of another provider. */
export const FIXTURE: readonly EvtxEvent[] = [
  {
    record: 11,
    id: 1,
    fields: {
      RuleName: "-",
      UtcTime: "2026-01-02 03:04:05.678",
      ProcessGuid: GUID,
      ProcessId: { uint32: 4711 },
      Image: "C:\\Windows\\System32\\cmd.exe",
      CommandLine: 'cmd /c "echo <é&€\u{1f600}> \u001b[31m"',
      LogonId: { hex64: 0x3e7n },
    },
  },
  { record: 12, id: 4624, provider: "Microsoft-Windows-Security-Auditing", fields: {} },
  {
    record: 13,
    id: 3,
    fields: {
      UtcTime: "2026-01-02 03:04:06.000",
      Image: "C:\\Windows\\System32\\cmd.exe",
      Initiated: true,
      SourceIsIpv6: false,
      DestinationIp: "192.0.2.1",
      DestinationPort: { uint32: 443 },
      Protocol: "",
    },
  },
];
