/** SIGHUP takes a new configuration without losing an event; a broken one changes nothing. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { EventFollower, eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const RUNS = 4_000;

captureTest("a reload under load loses nothing and takes effect once", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const file = folder.at("events.json");
  const current = folder.at("config.xml");
  await Deno.copyFile(config("reload-first.xml"), current);
  await using sensor = await Sensor.start(["run", "-c", current, "--sink", `json:${file}`]);
  const written = new EventFollower(file);
  const storm = loads.run("exec_storm", RUNS);
  await until(
    "an event under the first rules",
    () => written.find((event) => event.RuleName === "first"),
  );
  await Deno.copyFile(config("reload-second.xml"), current);
  sensor.signal("SIGHUP");
  const { pid } = await storm;
  await loads.run("exec_storm", 1);
  await sensor.stop();

  const events = eventsOf(file);
  const starts = events.filter((event) => event.EventID === 1 && event.ParentProcessId === pid);
  assert.equal(starts.length, RUNS);
  const guids = new Set(starts.map((start) => start.ProcessGuid));
  const ends = events.filter((event) => event.EventID === 5 && guids.has(event.ProcessGuid));
  assert.equal(ends.length, RUNS);
  const names = starts.map((start) => start.RuleName);
  const change = names.indexOf("second");
  assert(change > 0, "some events before the reload, some behind it");
  assert(names.slice(0, change).every((name) => name === "first"));
  assert(names.slice(change).every((name) => name === "second"));
  const states = events.filter((event) => event.EventID === 16);
  assert.equal(states.length, 2, "event 16 for the start and for the reload");
});

captureTest("a broken new configuration is reported and the old one stays", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const file = folder.at("events.json");
  const current = folder.at("config.xml");
  await Deno.copyFile(config("reload-first.xml"), current);
  await using sensor = await Sensor.start(["run", "-c", current, "--sink", `json:${file}`]);
  await Deno.writeTextFile(
    current,
    '<Sysmon schemaversion="4.90">\n  <EventFiltering>\n    <NoSuchEvent onmatch="include"/>\n' +
      "  </EventFiltering>\n</Sysmon>\n",
  );
  sensor.signal("SIGHUP");
  await sensor.hasSaid(`${current}:3:`);
  const { pid } = await loads.run("exec_storm", 100);
  const ended = await sensor.stop();

  const starts = eventsOf(
    file,
    (event) => event.EventID === 1 && event.ParentProcessId === pid,
  );
  assert.equal(starts.length, 100);
  assert(starts.every((start) => start.RuleName === "first"));
  assert(!/\bat .*:\d+:\d+\)?$/m.test(ended.stderr), "no stack trace");
  assert.equal(eventsOf(file, (event) => event.EventID === 16).length, 1);
});
