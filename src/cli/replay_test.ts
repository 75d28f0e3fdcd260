import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CORPUS_CONFIGS, CORPUS_EVTX, corpusTest } from "../testing/corpus.ts";
import { monomi } from "./testing.ts";

const EVTX = "fixtures/logs/sysmon.evtx";
const RECORDS = "fixtures/records/shell.mrec";

type JsonEvent = Record<string, string | number | boolean>;

async function replayed(args: readonly string[], input?: string) {
  const { code, stdout, stderr } = await monomi(["replay", ...args, "--sink", "json:-"], { input });
  const events: JsonEvent[] = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  return { code, events, stderr };
}

Deno.test("a log is written whole, with its host's name and its RuleNames", async () => {
  const log = '{"EventID":5,"Computer":"h","RuleName":"mine","UtcTime":"2026-01-02 03:04:05.678"}';
  const { code, events, stderr } = await replayed([EVTX, "-"], log);
  assert.equal(code, 0, stderr);
  assert.deepEqual(events.map(({ EventID, Computer }) => [EventID, Computer]), [
    [1, "host"],
    [5, "h"],
    [3, "host"],
  ]);
  assert.equal(events[1].RuleName, "mine");
  assert.equal(events[0].ProcessGuid, "{747f3d96-c8a0-5f0e-0000-0010b5a10b00}");
  assert.match(stderr, /sysmon\.evtx: 2 events, 1 of others\n/);
});

Deno.test("files of all kinds are merged by time, in whatever order they are given", async () => {
  const early = '{"EventID":5,"Computer":"early","UtcTime":"2001-01-01 00:00:00.000"}';
  const { code, events, stderr } = await replayed(
    [RECORDS, "-c", "fixtures/e2e/everything.xml", EVTX, "-"],
    early,
  );
  assert.equal(code, 0, stderr);
  const times = events.map(({ UtcTime }) => String(UtcTime));
  assert.equal(times[0], "2001-01-01 00:00:00.000");
  const hosts = new Set(events.map(({ Computer }) => Computer));
  assert.equal(hosts.size, 3);
  const ofLog = events.flatMap(({ Computer }, i) => Computer === "host" ? [times[i]] : []);
  assert.deepEqual(ofLog, ["2026-01-02 03:04:05.678", "2026-01-02 03:04:06.000"]);
  assert.deepEqual(events.map(({ EventRecordID }) => EventRecordID), events.map((_, i) => i + 1));
});

Deno.test("a configuration decides anew, but not about the sensor's own events", async () => {
  const log = [
    '{"EventID":4,"State":"Started","UtcTime":"2026-01-02 03:04:05.000"}',
    '{"EventID":1,"RuleName":"old","Image":"C:\\\\a.exe","CommandLine":"x whoami","User":"x"}',
    '{"EventID":1,"RuleName":"old","Image":"C:\\\\b.exe","Hashes":"MD5=00"}',
  ].join("\n");
  const { events, stderr } = await replayed(["-c", "fixtures/logs/explain.xml", "-"], log);
  assert.match(stderr, /ProcessCreate +captured 2 /);
  assert.equal(events.filter(({ EventID }) => EventID === 4).length, 1);
  assert.ok(events.every(({ RuleName }) => RuleName !== "old"));
});

Deno.test("hashes that were recorded stay", async () => {
  const { events } = await replayed(["-"], '{"EventID":1,"Hashes":"MD5=00"}');
  assert.equal(events[0].Hashes, "MD5=00");
});

Deno.test("events of Windows are written under the name of Windows' Sysmon", async () => {
  const { code, stdout } = await monomi(["replay", EVTX, "--sink", "xml:-"]);
  assert.equal(code, 0);
  const [line] = stdout.split("\n");
  assert.match(line, /^<Event><System><Provider Name="Microsoft-Windows-Sysmon" Guid="\{5770385f-/);
  assert.match(line, /<TimeCreated SystemTime="2026-01-02T03:04:05\.678000000Z"\/>/);
  assert.match(line, /<Channel>Microsoft-Windows-Sysmon\/Operational<\/Channel><Computer>host</);
});

Deno.test("what cannot be read is told, with exit code 3", async () => {
  const start = new Uint8Array(200);
  start.set([0, 0, 1, 0]);
  start.set([2, 0xc0], 74);
  const trace = await Deno.makeTempFile();
  await Deno.writeFile(trace, start);
  try {
    for (
      const [args, reason] of [
        [["/nonexistent.evtx"], /\/nonexistent\.evtx: there is no such file/],
        [["src"], /src: it is a directory/],
        [[trace], /this is no trace|head of this trace is damaged/],
      ] as const
    ) {
      const { code, stdout, stderr } = await monomi(["replay", ...args]);
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, reason);
    }
    const { code, stderr } = await monomi(["replay", "-"], { input: start });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /<stdin>|cannot read -: (this is no trace|.*head of this trace is damaged)/,
    );
  } finally {
    await Deno.remove(trace);
  }
});

Deno.test("files are needed, and standard input only once", async () => {
  for (const args of [[], ["-", "-"]]) {
    const { code } = await monomi(["replay", ...args]);
    assert.equal(code, 2);
  }
});

Deno.test("damage is told with its place, and the rest is replayed", async () => {
  const log = '{"EventID":5}\n{"EventID":\n{"EventID":5}\n';
  const { code, events, stderr } = await replayed(["-"], log);
  assert.equal(code, 0);
  assert.ok(events.length >= 1);
  assert.match(stderr, /^monomi: <stdin>:2: /);
});

corpusTest("a recorded attack through a configuration for Windows, as XML", async () => {
  const evtx = new URL(
    "Execution_exec_persist_rundll32_mshta_scheduledtask_sysmon_1_3_11.evtx",
    CORPUS_EVTX,
  );
  const config = new URL("swift-sysmonconfig-export.xml", CORPUS_CONFIGS);
  const paths = [evtx, config].map((url) => fileURLToPath(url));
  const args = ["replay", paths[0], "-c", paths[1], "--sink", "xml:-"];
  const { code, stdout, stderr } = await monomi(args);
  assert.equal(code, 0, stderr);
  const task = stdout.split("\n").find((line) => line.includes("<EventID>11</EventID>"));
  assert.match(task!, /<Data Name="RuleName">T1053<\/Data>/);
});

corpusTest("rule tests about recorded attacks hold", async () => {
  const { code, stdout, stderr } = await monomi(["test", "fixtures/attacks", "--json"]);
  const { passed, failed } = JSON.parse(stdout);
  assert.equal(code, 0, stderr + stdout);
  assert.equal(failed, 0);
  assert.ok(passed >= 20);
});
