/** Logs that others rename, replace and remove under a running sensor. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** Several seconds of programs: the log is looked for once a second. */
const EXECS = 4_000;

captureTest(
  "a log renamed or replaced under load: every event is in one or the other",
  async () => {
    using loads = new Loads();
    using folder = new Folder();
    await loads.program("exec_storm");
    const file = folder.at("events.json");
    const names = [folder.at("renamed"), folder.at("replaced"), file];
    await using sensor = await Sensor.start(
      ["run", "--stats", "-c", config("processes.xml"), "--sink", `json:${file}`],
    );
    const hasEvents = () => exists(file) && Deno.statSync(file).size > 100_000;
    const storm = loads.run("exec_storm", EXECS);
    await until("events", hasEvents);
    await Deno.rename(file, names[0]);
    await until("events in a new log", hasEvents);
    await Deno.rename(file, names[1]);
    // As logrotate's `create`.
    await Deno.writeTextFile(file, "", { mode: 0o600 });
    await until("events in the log put there", hasEvents);
    const { pid } = await storm;
    const { summary } = await sensor.stop();

    const starts = ({ EventID, ParentProcessId }: JsonEvent) =>
      EventID === 1 && ParentProcessId === pid;
    const each = names.map((name) => eventsOf(name, starts));
    assert.ok(each.every((events) => events.length > 0), each.map(({ length }) => length).join());
    const ids = each.flat().map(({ EventRecordID }) => EventRecordID);
    assert.equal(ids.length, EXECS);
    assert.deepEqual(ids, ids.toSorted((a, b) => a - b), "in order");
    assert.equal(summary!.sinks[0].dropped, 0);
  },
);

captureTest("a log removed is made anew; a link in its place leads nowhere", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const file = folder.at("events.json");
  const victim = folder.at("victim");
  await Deno.writeTextFile(victim, "precious\n");
  await using sensor = await Sensor.start(
    ["run", "--stats", "-c", config("processes.xml"), "--sink", `json:${file}`],
  );
  const goesOn = () =>
    until("the log to go on", async () => {
      const { pid } = await loads.run("exec_storm", 1);
      return exists(file) &&
        eventsOf(file, ({ ParentProcessId }) => ParentProcessId === pid).length > 0;
    });
  await goesOn();
  await Deno.remove(file);
  await goesOn();
  await Deno.remove(file);
  await Deno.symlink(victim, file);
  const refused = async () => {
    await loads.run("exec_storm", 1);
    return sensor.stderr.includes("is a symbolic link");
  };
  await until("the refusal", refused);
  const { pid } = await loads.run("exec_storm", 100);
  await Deno.remove(file);
  await goesOn();
  const { summary } = await sensor.stop();
  assert.equal(eventsOf(file, (one) => one.ParentProcessId === pid).length, 100, "none is lost");
  assert.equal(summary!.sinks[0].dropped, 0);
  assert.equal(await Deno.readTextFile(victim), "precious\n");
});
