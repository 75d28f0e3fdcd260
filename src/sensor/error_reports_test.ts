import assert from "node:assert/strict";
import type { Event } from "../events/event.ts";
import type { CaptureStats, FailedHook } from "../sources/native_answers.ts";
import { ErrorReports } from "./error_reports.ts";

function stats(ringFull: number, failedHooks: readonly FailedHook[] = []): CaptureStats {
  const kinds = { exec: { captured: 9, ringFull, tableFull: 0, internal: 0, recursion: 0 } };
  return { kinds, failedHooks, malformed: 0 } as unknown as CaptureStats;
}

const HOOK: FailedHook = {
  program: "dns_query",
  hook: "cgroup_skb/egress",
  events: [22],
  reason: "no",
};

const texts = (events: readonly Event[]) => events.map(({ values }) => values.slice(-2).join(": "));

Deno.test("losses are told as they grow", () => {
  const reports = new ErrorReports();
  assert.deepEqual(texts(reports.losses(stats(0), 1)), []);
  const told = "LostEvents: 2 exec events lost since the last report (since start: ringFull 2)";
  assert.deepEqual(texts(reports.losses(stats(2), 2)), [told]);
  assert.deepEqual(texts(reports.losses(stats(2), 3)), []);
  assert.equal(reports.losses(stats(3), 4).length, 1);
  assert.deepEqual([reports.isDue(5003), reports.isDue(5004)], [false, true]);
});

Deno.test("a hook is told when it fails, and again when it failed anew", () => {
  const reports = new ErrorReports();
  assert.deepEqual(texts(reports.hooks(stats(0, [HOOK]))), [
    "HookFailed: cgroup_skb/egress is not seen, event 22 may be missing: no",
  ]);
  assert.deepEqual(reports.hooks(stats(0, [HOOK])), []);
  assert.deepEqual(reports.hooks(stats(0)), []);
  assert.equal(reports.hooks(stats(0, [HOOK])).length, 1);
});

Deno.test("missing hashes are told once a minute and at the end, by reason", () => {
  const reports = new ErrorReports();
  const reasons = { gone: 0, too_large: 0, not_program: 7 };
  assert.deepEqual(reports.hashes(reasons, 0), []);
  reasons.gone = 2;
  const told = "HashFailed: 2 hashes missing since the last report (in all: gone 2)";
  assert.deepEqual(texts(reports.hashes(reasons, 1)), [told]);
  reasons.too_large = 1;
  assert.deepEqual(reports.hashes(reasons, 60_000), []);
  assert.deepEqual(texts(reports.hashes(reasons, 60_001)), [
    "HashFailed: 1 hashes missing since the last report (in all: gone 2, too_large 1)",
  ]);
  reasons.gone++;
  assert.equal(reports.hashes(reasons, 60_002, true).length, 1);
  assert.deepEqual(reports.hashes(reasons, 60_003, true), []);
  assert.equal(reports.hashes({ gone: 1 }, 200_000).length, 1);
});

Deno.test("what could not be read is told as it grows", () => {
  const reports = new ErrorReports();
  const told = "LostEvents: 2 records could not be read (since start: 2)";
  assert.deepEqual(texts(reports.losses(stats(0), 1, 2)), [told]);
  assert.deepEqual(texts(reports.losses(stats(0), 2, 2)), []);
});

Deno.test("a sink's losses are told once a minute, its lost reports are not", () => {
  const reports = new ErrorReports();
  const sink = (dropped: number) =>
    reports.sinks.bind(
      reports,
      [
        { name: "json to x", dropped, drops: { queueFull: dropped, closed: 0 } },
      ] as unknown as Parameters<typeof reports.sinks>[0],
    );
  assert.deepEqual(texts(sink(0)(0)), []);
  const told = "SinkDropped: json to x: 5 events lost since the last report " +
    "(since start: queueFull 5)";
  assert.deepEqual(texts(sink(5)(1)), [told]);
  assert.deepEqual(texts(sink(9)(60_000)), [], "not yet");
  assert.equal(sink(9)(60_001).length, 1);
  assert.deepEqual(texts(sink(10)(200_000)), [], "that was the report");
  assert.equal(sink(12)(200_001).length, 1);
  assert.equal(sink(20)(200_002, true).length, 1, "the last one tells all");
});
