/**
 * The library's parts, found again by what points to them. tests/windows/event_log.ts has its texts
 * read by Windows' own functions.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { eventProvider, EVENTS } from "../../schema/mod.ts";
import { eventLibrary } from "./library.ts";
import { eventMessage, eventWords, levelMessage, messageTable, taskMessage } from "./messages.ts";
import { eventDataFragment, manifestResource } from "./template.ts";

const provider = eventProvider("monomi");

/** A length with itself, then UTF-16 with a zero. */
function nameAt(bytes: Buffer, at: number): string {
  return bytes.toString("utf16le", at + 4, at + bytes.readUInt32LE(at)).replace(/\0+$/, "");
}

Deno.test("the manifest's parts are where they are said to be, and as long", () => {
  const bytes = Buffer.from(manifestResource(provider));
  const signature = (at: number) => bytes.toString("latin1", at, at + 4);
  assert.equal(signature(0), "CRIM");
  assert.equal(bytes.readUInt32LE(4), bytes.length);
  assert.deepEqual(bytes.subarray(16, 32), Buffer.from(provider.guidBytes));
  const start = bytes.readUInt32LE(32);
  assert.equal(signature(start), "WEVT");
  assert.equal(bytes.readUInt32LE(start + 4), bytes.length - start);
  const parts = new Map<string, number>();
  let end = start + 16 + 8 * bytes.readUInt32LE(start + 12);
  for (let at = start + 16; at < start + 56; at += 8) {
    const part = bytes.readUInt32LE(at + 4);
    assert.equal(part, end, "parts stand behind each other");
    parts.set(signature(part), part);
    end += bytes.readUInt32LE(part + 4);
  }
  assert.equal(end, bytes.length);

  const channel = parts.get("CHAN")! + 12;
  assert.equal(bytes.readUInt32LE(channel), 16);
  assert.equal(nameAt(bytes, bytes.readUInt32LE(channel + 4)), provider.channel);

  const events = parts.get("EVNT")!;
  assert.equal(bytes.readUInt32LE(events + 8), EVENTS.length);
  for (const [i, event] of EVENTS.entries()) {
    const at = events + 16 + 48 * i;
    const { id, version, level, fields } = event;
    assert.deepEqual([...bytes.subarray(at + 2, at + 6)], [version, 16, level, 0]);
    assert.deepEqual([bytes.readUInt16LE(at), bytes.readUInt16LE(at + 6)], [id, id]);
    assert.equal(bytes.readBigUInt64LE(at + 8), 1n << 63n);
    assert.equal(bytes.readUInt32LE(at + 16), eventMessage(event));
    const levelAt = bytes.readUInt32LE(at + 28);
    assert.deepEqual([0, 4].map((o) => bytes.readUInt32LE(levelAt + o)), [
      level,
      levelMessage(level),
    ]);
    const taskAt = bytes.readUInt32LE(at + 32);
    assert.equal(bytes.readUInt32LE(taskAt + 4), taskMessage(event));
    assert.equal(nameAt(bytes, bytes.readUInt32LE(taskAt + 24)), event.name);

    const template = bytes.readUInt32LE(at + 20);
    assert.equal(signature(template), "TEMP");
    assert.equal(bytes.readUInt32LE(template + 8), fields.length);
    const names = fields.map((field) => field.name);
    const fragment = eventDataFragment(names);
    const inside = bytes.subarray(template + 40, template + 40 + fragment.length);
    assert.deepEqual(inside, Buffer.from(fragment));
    const items = bytes.readUInt32LE(template + 16);
    const found = names.map((_, n) => nameAt(bytes, bytes.readUInt32LE(items + 20 * n + 16)));
    assert.deepEqual(found, names);
  }
});

Deno.test("binary XML is what Microsoft's compiler makes of a template", () => {
  const expected = "0f010100" + "01ffff5c000000" +
    "448209004500760065006e007400440061007400610000" +
    "0002" + "41ffff3b000000" + "8a6f04004400610074006100" + "0000" + "23000000" +
    "064b9504004e0061006d0065000000" + "0501080048" + "0061006e0064006c006500490044" +
    "00" + "020d00000104" + "04" + "00";
  assert.equal(Buffer.from(eventDataFragment(["HandleID"])).toString("hex"), expected);
});

Deno.test("the table has every message once, in order", () => {
  const bytes = Buffer.from(messageTable());
  const count = bytes.readUInt32LE(0);
  const messages = new Map<number, string>();
  for (let i = 0; i < count; i++) {
    const [low, high, at] = [4, 8, 12].map((offset) => bytes.readUInt32LE(12 * i + offset));
    assert.equal(low, high);
    assert.equal(bytes.readUInt16LE(at + 2), 1);
    const text = bytes.toString("utf16le", at + 4, at + bytes.readUInt16LE(at));
    messages.set(low, text.replace(/\r\n\0+$/, ""));
  }
  assert.equal(messages.size, count);
  assert.deepEqual([...messages.keys()], [...messages.keys()].sort((a, b) => a - b));
  for (const event of EVENTS) assert.equal(messages.get(eventMessage(event)), eventWords(event));
});

Deno.test("the library has one section, of resources, as long as it says", () => {
  const bytes = Buffer.from(eventLibrary(provider));
  const pe = bytes.readUInt32LE(0x3c);
  assert.equal(bytes.toString("latin1", pe, pe + 4), "PE\0\0");
  const section = pe + 24 + 0xf0;
  assert.equal(bytes.toString("latin1", section, section + 5), ".rsrc");
  const [size, address, fileBytes, at] = [8, 12, 16, 20].map((o) =>
    bytes.readUInt32LE(section + o)
  );
  assert.equal(bytes.length, at + fileBytes);
  assert.deepEqual([address, size], [0x1000, bytes.readUInt32LE(pe + 24 + 112 + 2 * 8 + 4)]);
  assert.ok(bytes.indexOf(Buffer.from(manifestResource(provider))) > at);
});
