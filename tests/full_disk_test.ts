/** A full disk costs counted events, never the sensor. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import { EventFollower, eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const BALLAST_BYTES = 63 * 1024 * 1024;
/** Enough to overflow what a sink holds back while it cannot write. */
const FILES = 30_000;

captureTest("a full disk is told and counted, and writing resumes when there is room", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const disk = folder.at("disk");
  const storm = folder.at("storm");
  await Deno.mkdir(disk);
  await Deno.mkdir(storm);
  await loads.program("file_storm");
  await output("mount", "-t", "tmpfs", "-o", "size=64m", "none", disk);
  try {
    const ballast = `${disk}/ballast`;
    const file = `${disk}/events.json`;
    await Deno.writeFile(ballast, new Uint8Array(BALLAST_BYTES));
    await using sensor = await Sensor.start(
      ["run", "--stats", "-c", config("files.xml"), "--sink", `json:${file}`],
    );
    await loads.run("file_storm", FILES, storm);
    await sensor.hasSaid("No space left");
    assert(sensor.isRunning);
    await Deno.remove(ballast);
    // Room has come back when something new is in the file.
    const written = new EventFollower(file);
    await until("writing to resume", async () => {
      const { pid } = await loads.run("exec_storm", 1);
      return written.find((event) => event.EventID === 1 && event.ProcessId === pid) !== undefined;
    });
    assert(sensor.isRunning);
    const { summary } = await sensor.stop();

    const onDisk = eventsOf(file).length;
    const [sink] = summary!.sinks;
    const accepted = Object.values(summary!.events).reduce((sum, { written }) => sum + written, 0);
    assert.equal(sink.written, onDisk, "the sink counts what is in the file");
    assert(sink.dropped > 0, "more events than a sink holds back");
    assert.equal(sink.written + sink.dropped, accepted, "nothing goes uncounted");
  } finally {
    await output("umount", disk);
  }
});
