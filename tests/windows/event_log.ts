/**
 * The sink `eventlog`, from the rules to Windows' functions. Run by the runtime for Windows
 * (`tasks/windows/test.ts`), with a library that takes native/windows/fake-etw in place of them; under
 * Wine these are stubs.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { eventById, eventProvider, EVENTS } from "../../src/schema/mod.ts";
import { eventLibrary } from "../../src/schema_output/mod.ts";
import { eventMessage, eventWords } from "../../src/schema_output/event_library/messages.ts";
import { manifestResource } from "../../src/schema_output/event_library/template.ts";
import { Native } from "../../src/sources/native.ts";
import { EVERY_EVENT, EXPECTED } from "./every_event.ts";
import { PROVIDER } from "./etw_script.ts";
import { EVERYTHING, monomi, Scene } from "./scene.ts";

const READY = `await ${PROVIDER.dns} 3008`;

/** What was written with EventWrite. */
interface WrittenEvent {
  readonly id: number;
  readonly descriptor: readonly string[];
  readonly texts: readonly string[];
}

function written(calls: readonly string[]): WrittenEvent[] {
  return calls.filter((call) => call.startsWith("EventWrite ")).map((call) => {
    const [, ...descriptor] = call.slice(0, call.indexOf("[")).trim().split(" ");
    const texts = JSON.parse(call.slice(call.indexOf("[")));
    return { id: Number(descriptor[0]), descriptor, texts };
  });
}

/** Runs monomi with a script; its events as JSON, and what Windows was given. */
async function run(...script: string[]) {
  using scene = new Scene(EVERYTHING, READY, ...EVERY_EVENT, "end", ...script);
  const args = ["run", "-c", scene.config, "--sink", "json:-", "--sink", "xml:eventlog", "--stats"];
  const { out, err } = await monomi(args, scene.variables);
  const events = out.trim().split("\n").map((line) => JSON.parse(line));
  const summary = err.split("\n").find((line) => line.startsWith('{"summary"'));
  assert.ok(summary, err);
  const { sinks } = JSON.parse(summary).summary;
  return { events, err, calls: scene.calls, counters: sinks[1] };
}

Deno.test("every field of every event arrives under its descriptor", async () => {
  const { events, calls, counters } = await run();
  const got = written(calls);
  const ids = new Set(got.map(({ id }) => id));
  for (const id of [4, 255, ...EXPECTED.map(([id]) => id)]) assert.ok(ids.has(id), `event ${id}`);
  assert.equal(got.length, events.length);
  for (const [at, { id, descriptor, texts }] of got.entries()) {
    const { EventID, ...fields } = events[at];
    const { version, level, fields: known } = eventById(id)!;
    assert.equal(id, EventID);
    const expected = [id, version, 16, level, 0, id, "0x8000000000000000"].map(String);
    assert.deepEqual(descriptor, expected);
    assert.deepEqual(texts, known.map(({ name }) => String(fields[name])), `event ${id}`);
  }
  assert.deepEqual([counters.written, counters.dropped], [got.length, 0]);
  const { guid } = eventProvider("monomi");
  const provider = calls.filter((call) => /^Event(Un)?[Rr]egister/.test(call));
  assert.deepEqual(provider, [`EventRegister ${guid.toUpperCase()}`, "EventUnregister "]);
});

Deno.test("what Windows refuses for good is counted, and the rest is written", async () => {
  const { events, err, calls, counters } = await run("refuse 22 534");
  const refused = events.filter(({ EventID }) => EventID === 22).length;
  assert.ok(refused > 0);
  assert.equal(written(calls).length, events.length - refused);
  assert.deepEqual([counters.drops.undeliverable, counters.dropped], [refused, refused]);
  assert.match(err, /eventlog: .*larger than the 64 KiB/);
});

Deno.test("a channel that nobody registered is told, with what to do; nothing counts as written", async () => {
  const { events, err, calls, counters } = await run("deaf");
  assert.equal(written(calls).length, 0);
  assert.deepEqual([counters.written, counters.dropped], [0, events.length]);
  assert.match(err, /monomi\/Operational is not enabled, or not registered.*schema --eventlog/);
});

Deno.test("the library to ship finds the functions of Windows, here Wine's, which nobody listens to", () => {
  Deno.env.delete("MONOMI_ETW_LIBRARY");
  const { eventLog } = new Native(Deno.env.get("MONOMI_LIBRARY")!);
  const log = eventLog.open(eventProvider("monomi").guidBytes);
  const line = new TextEncoder().encode("1\x1f5\x1f4\x1e");
  assert.deepEqual(eventLog.write(log, line), { written: 0, code: 15_007 });
  assert.deepEqual(eventLog.write(log, line.subarray(0, 0)), { written: 0, code: 0 });
  eventLog.close(log);
  assert.throws(() => eventLog.write(log, line), /the native library failed/);
});

Deno.test("the library of the manifest loads, and its messages are found by their numbers", () => {
  const LOAD_AS_DATA = 2;
  const FROM_MODULE_WITHOUT_VALUES = 0x800 | 0x200;
  const kernel = Deno.dlopen("kernel32.dll", {
    LoadLibraryExW: { parameters: ["buffer", "pointer", "u32"], result: "pointer" },
    FindResourceW: { parameters: ["pointer", "pointer", "buffer"], result: "pointer" },
    SizeofResource: { parameters: ["pointer", "pointer"], result: "u32" },
    FormatMessageW: {
      parameters: ["u32", "pointer", "u32", "u32", "buffer", "u32", "pointer"],
      result: "u32",
    },
    FreeLibrary: { parameters: ["pointer"], result: "i32" },
  });
  const { symbols } = kernel;
  const wide = (text: string) => new Uint8Array(Buffer.from(`${text}\0`, "utf16le"));
  const folder = Deno.makeTempDirSync();
  const path = `${folder}\\events.dll`;
  const provider = eventProvider("monomi");
  Deno.writeFileSync(path, eventLibrary(provider));
  const library = symbols.LoadLibraryExW(wide(path), null, LOAD_AS_DATA);
  try {
    assert.ok(library !== null);
    const first = Deno.UnsafePointer.create(1n);
    const found = symbols.FindResourceW(library, first, wide("WEVT_TEMPLATE"));
    assert.equal(symbols.SizeofResource(library, found), manifestResource(provider).length);
    const text = new Uint8Array(8192);
    for (const event of EVENTS) {
      const flags = FROM_MODULE_WITHOUT_VALUES;
      const number = eventMessage(event);
      const length = symbols.FormatMessageW(flags, library, number, 0, text, 4096, null);
      const words = Buffer.from(text.subarray(0, 2 * length)).toString("utf16le");
      assert.equal(words, `${eventWords(event).replaceAll("%n", "\r\n")}\r\n`);
    }
  } finally {
    symbols.FreeLibrary(library);
    kernel.close();
    Deno.removeSync(folder, { recursive: true });
  }
});
