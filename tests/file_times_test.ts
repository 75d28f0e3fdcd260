/** Every way to set a file's times. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const BEFORE = "2020-02-03 04:05:06.000";
const FINE = "2001-09-09 01:46:40.250";
const COARSE = "2001-09-09 01:46:40.000";

/** Of each way: the new time and what is known of the one before. */
const WAYS: Readonly<Record<string, readonly [mtime: string, previous: string] | undefined>> = {
  utime: [COARSE, "-"],
  utimes: [FINE, "-"],
  futimesat: [FINE, "-"],
  "futimesat-descriptor": [FINE, BEFORE],
  utimensat: [FINE, "-"],
  "utimensat-descriptor": [FINE, BEFORE],
  "utimensat-empty": [FINE, BEFORE],
  now: undefined,
  null: undefined,
  "access-time": undefined,
};

captureTest("each way to set a file's times", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = await loads.program("file_times");
  await using sensor = await Sensor.start(
    ["run", "-c", config("file-changes.xml"), "--sink", `json:${file}`],
  );
  const made: { way: string; pid: number; path: string }[] = [];
  const target = (name: string) => {
    const path = folder.at(name);
    Deno.writeTextFileSync(path, name);
    Deno.utimeSync(path, 0, new Date(`${BEFORE}Z`));
    return path;
  };
  for (const way of Object.keys(WAYS)) {
    const path = target(way);
    made.push({ way, path, pid: (await loads.run("file_times", way, path)).pid });
  }
  const path = target("behind a link");
  const link = folder.at("link");
  Deno.symlinkSync(path, link);
  const followed = await loads.run("file_times", "utimensat", link);
  const itself = await loads.run("file_times", "utimensat-link", link);
  await sensor.stop();

  const events = eventsOf(file, ({ EventID }) => EventID === 2);
  const of = (pid: number) =>
    events.filter((event) => event.ProcessId === pid).map((event) => {
      assert.equal(event.Image, image);
      assert.equal(event.User, "root");
      const { TargetFilename, CreationUtcTime, PreviousCreationUtcTime } = event;
      return [TargetFilename, CreationUtcTime, PreviousCreationUtcTime];
    });
  for (const { way, pid, path } of made) {
    await t.step(way, () => {
      const times = WAYS[way];
      assert.deepEqual(of(pid), times === undefined ? [] : [[path, ...times]]);
    });
  }
  await t.step("a symbolic link that is followed", () => {
    assert.deepEqual(of(followed.pid), [[path, FINE, "-"]]);
  });
  await t.step("a symbolic link itself", () => {
    assert.deepEqual(of(itself.pid), [[link, FINE, "-"]]);
  });
});
