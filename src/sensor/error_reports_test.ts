import assert from "node:assert/strict";
import type { Event } from "../events/event.ts";
import type { CaptureStats, FailedHook } from "../sources/native.ts";
import { ErrorReports } from "./error_reports.ts";

function stats(ringFull: number, failedHooks: readonly FailedHook[] = []): CaptureStats {
  const kinds = { exec: { captured: 9, ringFull, tableFull: 0, internal: 0, recursion: 0 } };
  return { kinds, failedHooks } as unknown as CaptureStats;
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
