import assert from "node:assert/strict";
import { ResourceMeter } from "./resources.ts";

Deno.test("the peak grows with what is used", { ignore: Deno.build.os !== "linux" }, () => {
  using meter = new ResourceMeter();
  const before = meter.used();
  const bytes = new Uint8Array(64 * 1024 * 1024).fill(1);
  const after = meter.used();
  assert.ok(before.maxRssKb > 10_000, `${before.maxRssKb} kB`);
  assert.ok(after.maxRssKb >= before.maxRssKb);
  assert.ok(after.maxRssKb > bytes.length / 1024);
  assert.ok(after.userMs + after.systemMs >= before.userMs + before.systemMs);
});
