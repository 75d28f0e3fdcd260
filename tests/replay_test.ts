/** A recorded trace, replayed, gives the events that a live run gave. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { monomi, Sensor } from "./support/sensor.ts";

const MILLISECONDS_BETWEEN_TWO_CLOCK_READINGS = 1_000;

function comparable(events: readonly JsonEvent[]): unknown[] {
  return events.map((event) => {
    const { EventRecordID: _, Hashes: __, UtcTime: ___, CreationUtcTime: ____, ...rest } = event;
    return rest;
  });
}

captureTest("a replayed record gives the live run's events", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await Promise.all(
    ["exec_storm", "file_storm", "connect_storm", "udp_flows", "fork_only", "file_calls"]
      .map((name) => loads.program(name)),
  );
  const files = folder.at("files");
  await Deno.mkdir(files);
  const [live, replayed, again, trace] = ["live.json", "replayed.json", "again.json", "t.mrec"]
    .map((name) => folder.at(name));
  const everything = config("everything.xml");
  const pids = new Set<number>();
  {
    await using recorder = await Sensor.start(["record", "-o", trace, "-c", everything]);
    await using sensor = await Sensor.start(["run", "-c", everything, "--sink", `json:${live}`]);
    const run = async (name: string, ...args: (string | number)[]) => {
      pids.add((await loads.run(name, ...args)).pid);
    };
    await run("exec_storm", 200);
    await run("file_storm", 200, files);
    await run("connect_storm", 200);
    await run("connect_storm", 20, "v6");
    await run("udp_flows", 20, 3);
    await run("fork_only", `${files}/parent`, `${files}/a`, `${files}/b`);
    await run("file_calls", "-C", files, "rename", "a", "c");
    await sensor.stop();
    await recorder.stop();
  }
  for (const out of [replayed, again]) {
    const { code, stderr } = await monomi(
      "replay",
      trace,
      "-c",
      everything,
      "--sink",
      `json:${out}`,
    );
    assert.equal(code, 0, stderr);
  }

  const ofLoads = (path: string) => {
    const events = eventsOf(path);
    const own = new Set(
      events.filter((event) =>
        pids.has(Number(event.ProcessId)) || pids.has(Number(event.ParentProcessId))
      ).map((event) => event.ProcessGuid),
    );
    return events.filter((event) => own.has(event.ProcessGuid));
  };
  const [fromLive, fromReplay] = [ofLoads(live), ofLoads(replayed)];
  assert(fromLive.length > 1_200, `${fromLive.length} events`);
  assert.deepEqual(comparable(fromReplay), comparable(fromLive));
  for (const [index, event] of fromLive.entries()) {
    const apart = Date.parse(`${event.UtcTime}Z`) - Date.parse(`${fromReplay[index].UtcTime}Z`);
    assert(Math.abs(apart) < MILLISECONDS_BETWEEN_TWO_CLOCK_READINGS, `${apart} ms apart`);
  }
  assert.deepEqual(ofLoads(again), fromReplay, "a second replay says the same");
});

captureTest("a record file cut off anywhere, and a file that is none, are told", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const trace = folder.at("trace.mrec");
  {
    await using recorder = await Sensor.start(
      ["record", "-o", trace, "-c", config("processes.xml")],
    );
    await loads.run("exec_storm", 50);
    await recorder.stop();
  }
  const whole = await Deno.readFile(trace);
  const none = folder.at("none.mrec");
  for (const content of [new Uint8Array(), new TextEncoder().encode("<Sysmon/>\n")]) {
    await Deno.writeFile(none, content);
    const { code, stderr } = await monomi("replay", none, "--sink", `json:${folder.at("x.json")}`);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /none\.mrec/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
  const cut = folder.at("cut.mrec");
  await Deno.writeFile(cut, whole.subarray(0, whole.length - 5));
  const { stderr } = await monomi("replay", cut, "--sink", `json:${folder.at("cut.json")}`);
  assert.match(stderr, /cut\.mrec/);
  assert.doesNotMatch(stderr, /^\s+at /m);
});
