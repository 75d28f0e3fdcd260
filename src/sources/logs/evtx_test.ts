import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { builtNative } from "../testing.ts";
import { CORPUS_EVTX, corpusTest } from "../../testing/corpus.ts";
import { filesEndingIn } from "../../testing/files.ts";
import { EventLogError, isEvent, readEventLog } from "./mod.ts";
import { CHUNK_BYTES, evtxChunk, evtxFile, FIXTURE } from "./testing.ts";

const PATH = fileURLToPath(
  new URL("../../../fixtures/logs/sysmon.evtx", import.meta.url),
);
const HEADER_BYTES = 4096;

const native = builtNative();

/** `11: event 1`, `12: !` for every item, and how many records were skipped. */
async function read(path: string): Promise<{ items: string[]; skipped: number }> {
  const log = await readEventLog(path, { native: () => native });
  const items: string[] = [];
  for await (const item of log) {
    assert.ok("record" in item.place);
    const what = isEvent(item) ? `event ${item.event.definition.id}` : "!";
    items.push(`${item.place.record}: ${what}`);
  }
  return { items, skipped: log.skipped };
}

async function readBytes(bytes: Uint8Array): Promise<{ items: string[]; skipped: number }> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    return await read(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("the fixture is what its description makes", async () => {
  assert.deepEqual(await Deno.readFile(PATH), evtxFile([FIXTURE]));
});

Deno.test("events have values of their fields' types, other providers are counted", async () => {
  assert.deepEqual(await read(PATH), { items: ["11: event 1", "13: event 3"], skipped: 1 });
  const log = await readEventLog(PATH, { native: () => native });
  const [first, second] = await Array.fromAsync(log);
  assert.ok(isEvent(first) && isEvent(second));
  const value = ({ event }: typeof first, name: string) =>
    event.values[event.definition.fieldIndex.get(name)!];
  assert.equal(first.event.time, Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  assert.equal(value(first, "ProcessId"), 4711);
  assert.equal(value(first, "ProcessGuid"), "{747f3d96-c8a0-5f0e-0000-0010b5a10b00}");
  assert.equal(value(first, "CommandLine"), 'cmd /c "echo <é&€\u{1f600}> \x1b[31m"');
  assert.equal(value(first, "LogonId"), "0x3e7");
  assert.equal(value(second, "Initiated"), true);
  assert.equal(value(second, "DestinationPort"), 443);
  assert.equal(value(second, "Protocol"), "-");
});

Deno.test("damage in one chunk leaves the others, in order", async () => {
  const event = (record: number) => ({ record, id: 1, fields: {} });
  const good = evtxChunk([event(1), event(2)]);
  const chunks = [
    evtxFile([]).subarray(0, HEADER_BYTES),
    good,
    new Uint8Array(CHUNK_BYTES),
    new Uint8Array(CHUNK_BYTES).fill(0x78),
    evtxChunk([event(3), event(4)]),
    evtxChunk([event(5), event(6)]).subarray(0, 1000),
  ];
  const { items } = await readBytes(new Uint8Array(await new Blob(chunks).arrayBuffer()));
  assert.deepEqual(items, [
    "1: event 1",
    "2: event 1",
    "2: !",
    "3: event 1",
    "4: event 1",
    // The file ends inside of record 5: that is told of the chunk and of the record.
    "5: !",
    "5: !",
  ]);
});

Deno.test("a header without chunks, and half of one, are logs without events", async () => {
  assert.deepEqual(await readBytes(evtxFile([]).subarray(0, HEADER_BYTES)), {
    items: [],
    skipped: 0,
  });
  assert.deepEqual(await readBytes(evtxFile([]).subarray(0, 20)), { items: [], skipped: 0 });
});

Deno.test("EVTX without the native library is refused, other logs do not ask for it", async () => {
  await assert.rejects(readEventLog(PATH), EventLogError);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, '{"EventID":1}');
    const log = await readEventLog(path, { native: () => assert.fail("it is not needed") });
    assert.equal((await Array.fromAsync(log)).length, 1);
  } finally {
    await Deno.remove(path);
  }
});

/** How many records the headers of a log's chunks promise. */
function recordsInHeaders(bytes: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(bytes.buffer);
  let records = 0;
  for (let at = HEADER_BYTES; at + CHUNK_BYTES <= bytes.length; at += CHUNK_BYTES) {
    const magic = new TextDecoder().decode(bytes.subarray(at, at + 8));
    if (magic !== "ElfChnk\0") continue;
    records += Number(view.getBigUint64(at + 16, true) - view.getBigUint64(at + 8, true)) + 1;
  }
  return records;
}

const NAME = "every log of the corpus gives as many records as its headers say, without a problem";

corpusTest(NAME, async () => {
  let events = 0;
  for (const { url, path } of filesEndingIn(".evtx", CORPUS_EVTX)) {
    const { items, skipped } = await read(fileURLToPath(url));
    const expected = recordsInHeaders(await Deno.readFile(url));
    assert.ok(!items.some((item) => item.endsWith("!")), `${path}: ${items.join("; ")}`);
    assert.equal(items.length + skipped, expected, path);
    events += items.length;
  }
  assert.ok(events >= 300, `only ${events} events`);
});
