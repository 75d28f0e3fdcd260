import assert from "node:assert/strict";
import { newCounters } from "./target.ts";

const WRITER = new URL("./testdata/stdout_writer.ts", import.meta.url);

/** Runs a program that writes lines to its standard output through the target under test. */
function spawnWriter(lines: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", WRITER.href, String(lines)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function reportOf(writer: Deno.ChildProcess) {
  const stderr = await new Response(writer.stderr).text();
  const { code } = await writer.status;
  assert.equal(code, 0, stderr);
  return JSON.parse(stderr.trim().split("\n").at(-1)!);
}

Deno.test("everything reaches a reader that reads", async () => {
  const writer = spawnWriter(50_000);
  const [text, report] = await Promise.all([new Response(writer.stdout).text(), reportOf(writer)]);
  assert.deepEqual(report.counters, { ...newCounters(), written: 50_000, bytes: text.length });
  const lines = text.split("\n");
  assert.equal(lines.length, 50_001);
  assert.ok(lines.slice(0, -1).every((line, i) => line.startsWith(`${i} `)));
});

Deno.test("a reader that goes away breaks the target, not the program", async () => {
  const writer = spawnWriter(50_000);
  await writer.stdout.cancel();
  const report = await reportOf(writer);
  assert.match(report.broken, /Broken pipe/);
  assert.equal(report.counters.written + report.counters.dropped, 50_000);
  assert.ok(report.counters.dropped > 0);
});

Deno.test("a reader that never reads costs drops and no more", async () => {
  const writer = spawnWriter(50_000);
  const report = await reportOf(writer);
  assert.equal(report.broken, null);
  assert.equal(report.counters.written + report.counters.dropped, 50_000);
  assert.ok(report.counters.dropped > 0);
  assert.ok(report.problems.length > 0);
  await writer.stdout.cancel();
});
