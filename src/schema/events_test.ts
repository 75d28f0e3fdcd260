import assert from "node:assert/strict";
import { eventById, EVENTS, eventsByTag } from "./mod.ts";

Deno.test("the newest table is the union of Linux and Windows", () => {
  const expected = [...Array.from({ length: 29 }, (_, i) => i + 1), 100, 255];
  assert.deepEqual(EVENTS.map((event) => event.id), expected);
});

Deno.test("names are unique and tags lead to their series", () => {
  assert.equal(new Set(EVENTS.map((event) => event.name)).size, EVENTS.length);
  const ids = (tag: string) => eventsByTag(tag).map((event) => event.id);
  assert.deepEqual(ids("RegistryEvent"), [12, 13, 14]);
  assert.deepEqual(ids("PipeEvent"), [17, 18]);
  assert.deepEqual(ids("WmiEvent"), [19, 20, 21]);
  assert.deepEqual(ids("eBPFEvent"), [100]);
  assert.deepEqual(ids("processcreate"), []);
});

Deno.test("process creation has its fields, types and defaults", () => {
  const create = eventById(1)!;
  assert.equal(create.fields.length, 23);
  assert.equal(create.version, 5);
  assert.equal(create.level, 4);
  assert.equal(create.defaultAction, "include");
  assert.equal(create.fields[create.fieldIndex.get("LogonId")!].type, "hexint64");
  assert.equal(create.fields[create.fieldIndex.get("ParentProcessId")!].type, "uint32");
  assert.ok(!create.fieldIndex.has("SequenceNumber"));
});

Deno.test("only events 1 and 5 are included by default", () => {
  const included = EVENTS.filter((event) => event.defaultAction === "include");
  assert.deepEqual(included.map((event) => event.id), [1, 5]);
});

Deno.test("the error event has level 2, unfilterable events have no tag", () => {
  assert.equal(eventById(255)!.level, 2);
  assert.deepEqual(EVENTS.filter((event) => event.tag === null).map((e) => e.id), [4, 16, 255]);
});

Deno.test("a field that moved keeps one position", () => {
  const names = eventById(7)!.fields.map((field) => field.name);
  assert.deepEqual(names.slice(-4), ["Signed", "Signature", "SignatureStatus", "User"]);
});
