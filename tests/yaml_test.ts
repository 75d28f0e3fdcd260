/** The sensor takes YAML, at its start and on SIGHUP, like XML. */
import assert from "node:assert/strict";
import { captureTest, Folder } from "./support/environment.ts";
import { EventFollower, eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

function named(name: string): string {
  return `schemaversion: 4.90
EventFiltering:
  - ProcessCreate: include
    conditions:
      - Image: { end with: /true }
        name: ${name}
`;
}

captureTest("a YAML configuration starts the sensor and is reloaded", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const file = folder.at("events.json");
  const current = folder.at("config.yaml");
  await Deno.writeTextFile(current, named("first"));
  await using sensor = await Sensor.start(["run", "-c", current, "--sink", `json:${file}`]);
  const written = new EventFollower(file);
  await loads.run("exec_storm", 1);
  await until("a first event", () => written.find((event) => event.RuleName === "first"));

  await Deno.writeTextFile(current, `${named("second")}      - Imag: a\n`);
  sensor.signal("SIGHUP");
  await sensor.hasSaid(`${current}:7:`);

  await Deno.writeTextFile(current, named("second"));
  sensor.signal("SIGHUP");
  await until("a reload", () => {
    written.find(() => false);
    return written.events.filter((event) => event.EventID === 16).length === 2;
  });
  await loads.run("exec_storm", 1);
  await sensor.stop();

  const names = eventsOf(file, (event) => event.EventID === 1).map((event) => event.RuleName);
  assert.equal(names.at(-1), "second");
});
