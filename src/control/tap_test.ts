import assert from "node:assert/strict";
import { jsonRenderer } from "../sinks/mod.ts";
import { sampleEvent } from "../sinks/sample_events.ts";
import { KEPT, KEPT_BYTES, TappedSinks } from "./tap.ts";
import { NOWHERE } from "./testing.ts";

const tapped = () => new TappedSinks(NOWHERE, jsonRenderer({ computer: "host" }));

Deno.test("the last events are kept, as far as their bytes have room", () => {
  const tap = tapped();
  const write = (recordId: number, CommandLine: string) =>
    tap.write([{ ...sampleEvent(1, { CommandLine }), recordId }], 1);
  const idsOf = (count: number) => tap.recent(count).map((line) => JSON.parse(line).EventRecordID);
  for (let id = 1; id <= KEPT + 5; id++) write(id, "ü");
  assert.deepEqual(idsOf(2), [KEPT + 4, KEPT + 5]);
  assert.equal(idsOf(Infinity).length, KEPT);
  assert.equal(idsOf(Infinity)[0], 6);
  for (let id = 1; id <= 50; id++) write(id, "x".repeat(256 * 1024));
  const ids = idsOf(Infinity);
  assert.deepEqual(ids, ids.map((_, i) => 50 - ids.length + 1 + i));
  assert.equal(ids.length, Math.floor(KEPT_BYTES / (256 * 1024)) - 1);
});

Deno.test("a kept event does not hold the text of the batch that it came in", async () => {
  const program = `
    const { TappedSinks } = await import(${JSON.stringify(import.meta.resolve("./tap.ts"))});
    const { jsonRenderer } = await import(${
    JSON.stringify(import.meta.resolve("../sinks/mod.ts"))
  });
    const { sampleEvent } = await import(${
    JSON.stringify(import.meta.resolve("../sinks/sample_events.ts"))
  });
    const tap = new TappedSinks({ write() {} }, jsonRenderer({ computer: "host" }));
    const decoder = new TextDecoder("latin1");
    gc();
    const before = Deno.memoryUsage().heapUsed;
    for (let i = 0; i < 200; i++) {
      const batch = decoder.decode(new Uint8Array(200_000).fill(97));
      tap.write([sampleEvent(1, { CommandLine: batch.slice(i, i + 100) })], 1);
    }
    gc();
    console.log(tap.recent(200).length, Deno.memoryUsage().heapUsed - before);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--v8-flags=--expose-gc", program],
  }).output();
  const [kept, bytes] = new TextDecoder().decode(stdout).split(" ").map(Number);
  assert.equal(kept, 200, new TextDecoder().decode(stderr));
  assert.ok(bytes < 8_000_000, `${bytes} bytes of 40,000,000`);
});
