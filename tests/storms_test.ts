/** Nothing is lost at the highest rate that one process can produce. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor, type Summary } from "./support/sensor.ts";

const RUNS = 20_000;
const FILES = 300_000;
const CONNECTIONS = 20_000;

function assertNothingLost(summary: Summary | undefined): void {
  assert(summary !== undefined, "there is a summary");
  for (const [kind, counters] of Object.entries(summary.capture.kinds)) {
    assert.equal(counters.ringFull, 0, `ring buffer full for ${kind}`);
    assert.equal(counters.readFault, 0, `read faults for ${kind}`);
  }
}

captureTest("20,000 runs of one program give 20,000 starts and ends that pair up", async () => {
  using loads = new Loads();
  using folder = new Folder();
  const program = await loads.program("exec_storm");
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("processes.xml"), "--sink", `json:${file}`],
  );
  const { pid } = await loads.run("exec_storm", RUNS);
  const { summary } = await sensor.stop();

  assertNothingLost(summary);
  const events = eventsOf(file);
  const storm = events.find((event) => event.EventID === 1 && event.ProcessId === pid);
  assert(storm !== undefined, "the parent's start is there");
  const starts = events.filter((event) =>
    event.EventID === 1 && event.ParentProcessGuid === storm.ProcessGuid
  );
  assert.equal(starts.length, RUNS);
  const image = await Deno.realPath("/bin/true");
  const digest = (await output("sha256sum", image)).slice(0, 64);
  for (const start of starts) {
    assert.equal(start.Image, image);
    assert.equal(start.CommandLine, "/bin/true");
    assert.equal(start.Hashes, `SHA256=${digest}`);
    assert.equal(start.ParentProcessId, pid);
    assert.equal(start.ParentImage, program);
    assert.equal(start.ParentCommandLine, `${program} ${RUNS}`);
    assert.equal(start.ParentUser, "root");
  }
  const guids = new Set(starts.map((start) => start.ProcessGuid));
  assert.equal(guids.size, RUNS, "every process has a ProcessGuid of its own");
  const ends = events.filter((event) => event.EventID === 5 && guids.has(event.ProcessGuid));
  assert.equal(ends.length, RUNS);
  assert.equal(new Set(ends.map((end) => end.ProcessGuid)).size, RUNS);
  assert(ends.every((end) => end.Image === image && end.User === "root"));
});

captureTest("300,000 files created and removed give as many events", async () => {
  using loads = new Loads();
  using folder = new Folder();
  const storm = folder.at("storm");
  await Deno.mkdir(storm);
  await loads.program("file_storm");
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("files.xml"), "--sink", `json:${file}`],
  );
  const { pid } = await loads.run("file_storm", FILES, storm);
  const { summary } = await sensor.stop();

  const seen = { 11: new Uint8Array(FILES), 23: new Uint8Array(FILES) };
  const prefix = `${storm}/file`;
  eventsOf(file, (event) => {
    if (event.ProcessId !== pid || (event.EventID !== 11 && event.EventID !== 23)) return false;
    const name = String(event.TargetFilename);
    assert(name.startsWith(prefix), name);
    seen[event.EventID][Number(name.slice(prefix.length))]++;
    return false;
  });
  const times = (counts: Uint8Array, n: number) => counts.filter((count) => count === n).length;
  assert.deepEqual(
    {
      created: times(seen[11], 1),
      removed: times(seen[23], 1),
      lost: times(seen[11], 0) + times(seen[23], 0),
    },
    { created: FILES, removed: FILES, lost: 0 },
  );
  assertNothingLost(summary);
});

captureTest("20,000 loopback connections give both ends of each", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("connect_storm");
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("network.xml"), "--sink", `json:${file}`],
  );
  const { pid, lines } = await loads.run("connect_storm", CONNECTIONS, "ports");
  const { summary } = await sensor.stop();

  const connections = eventsOf(file, (event) => event.EventID === 3 && event.ProcessId === pid);
  const ends = (initiated: boolean) =>
    connections.filter((event) => event.Initiated === initiated).map(portsOf).sort();
  const made = [...lines].sort();
  assert.equal(made.length, CONNECTIONS);
  assert.deepEqual(ends(true), made);
  assert.deepEqual(ends(false), made);
  assertNothingLost(summary);
});

function portsOf(event: JsonEvent): string {
  return `${event.SourcePort} ${event.DestinationPort}`;
}
