import assert from "node:assert/strict";
import type { SensorStatus } from "../sensor/status.ts";
import { exposition } from "./exposition.ts";
import { parseExposition } from "./testing.ts";

const STATUS = {
  version: "1.2.3",
  startedAt: "2026-11-22T00:00:00.500Z",
  events: { 1: { seen: 10, filtered: 4, written: 6 }, 500: { seen: 1, filtered: 0, written: 1 } },
  sinks: [{
    name: 'json to file /a\\b"c\nd\x1b',
    written: 6,
    dropped: 3,
    drops: { queueFull: 1, spoolFull: 2 },
    waiting: 1,
    spooled: 5,
    bytes: 600,
    errors: 2,
  }],
  decoder: { records: 20, unknown: 1, running: 3 },
  capture: {
    kinds: { exec: { captured: 10, ringFull: 7 } },
    failedHooks: [{}],
    malformed: 1,
  },
  hashing: { calls: 2, hits: 3, shared: 1, unavailable: { gone: 4 } },
  resources: { userMs: 1500, systemMs: 500, rssKb: 2048, maxRssKb: 4096 },
} as unknown as SensorStatus;

Deno.test("every family has its help and type, every sample its value", () => {
  const families = parseExposition(exposition(STATUS));
  const value = (name: string, labels: Record<string, string> = {}) => {
    const samples = families.get(name)!.samples;
    const found = samples.filter((sample) =>
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text)
    );
    assert.equal(found.length, 1, name);
    return found[0].value;
  };
  assert.equal(value("monomi_info", { version: "1.2.3" }), 1);
  assert.equal(value("monomi_start_time_seconds"), 1795305600.5);
  assert.equal(value("monomi_events_captured_total", { name: "ProcessCreate" }), 10);
  assert.equal(value("monomi_events_filtered_total", { event: "1" }), 4);
  assert.equal(value("monomi_records_problems_total", { kind: "exec", reason: "ringFull" }), 7);
  assert.equal(value("monomi_records_unreadable_total"), 2);
  assert.equal(value("monomi_sink_dropped_total", { reason: "spoolFull" }), 2);
  assert.equal(
    value("monomi_sink_delivered_total", { sink: 'json to file /a\\b"c\nd\ufffd' }),
    6,
  );
  assert.equal(value("monomi_hash_requests_total", { from: "cache" }), 3);
  assert.equal(value("process_cpu_seconds_total"), 2);
  assert.equal(value("process_resident_memory_bytes"), 2 * 1024 * 1024);
  for (const [name, { type }] of families) {
    assert.equal(name.endsWith("_total"), type === "counter", name);
  }
});
