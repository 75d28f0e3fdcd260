/** Configurations that change all the time under load: no event is judged by half of one. */
import assert from "node:assert/strict";
import { ask } from "../src/control/mod.ts";
import { Random, seedOfThisRun } from "../src/testing/random.ts";
import { captureTest, Folder } from "./support/environment.ts";
import { EventFollower, eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const CONFIGURATIONS = 100;

async function reload(socket: string, path: string): Promise<void> {
  for await (const line of ask(socket, { request: "reload", config: path })) {
    assert.deepEqual(JSON.parse(line), { ok: true });
  }
}

captureTest(
  `${CONFIGURATIONS} configurations in random order, none of them by halves`,
  async () => {
    using loads = new Loads();
    using folder = new Folder();
    const socket = folder.at("run/control.sock");
    const file = folder.at("events.json");
    const paths = Array.from({ length: CONFIGURATIONS }, (_, i) => folder.at(`c${i}.xml`));
    for (const [i, path] of paths.entries()) {
      // Alternating shapes: what the compiler shares between rules differs from one to the next.
      const rules = i % 2 === 0
        ? `<Image name="c${i}-image" condition="end with">true</Image>` +
          `<CommandLine name="c${i}-line" condition="contains">/</CommandLine>`
        : `<Rule name="c${i}-rule" groupRelation="and"><User condition="is not">nobody</User>` +
          `<Image condition="begin with">/</Image></Rule>`;
      await Deno.writeTextFile(
        path,
        `<Sysmon schemaversion="4.90"><EventFiltering>` +
          `<RuleGroup groupRelation="or"><ProcessCreate onmatch="include">${rules}</ProcessCreate>` +
          `</RuleGroup><RuleGroup groupRelation="or"><ProcessTerminate onmatch="include">` +
          `<Image name="c${i}-end" condition="contains">/</Image></ProcessTerminate></RuleGroup>` +
          `</EventFiltering></Sysmon>`,
      );
    }
    await using sensor = await Sensor.start([
      ...["run", "-c", paths[0], "--control", socket, "--sink", `json:${file}`],
    ]);
    let isOver = false;
    const load = (async () => {
      while (!isOver) await loads.run("exec_storm", 200);
    })();
    const random = new Random(seedOfThisRun());
    const order = paths.map((path) => ({ path, place: random.below(2 ** 31) }))
      .sort((a, b) => a.place - b.place);
    const written = new EventFollower(file);
    for (const { path } of order) {
      await reload(socket, path);
      await until(
        "the configuration in force",
        () =>
          written.find(({ EventID, Configuration }) => EventID === 16 && Configuration === path),
      );
    }
    isOver = true;
    await load;
    await sensor.stop();

    let inForce = "";
    let judged = 0;
    const seen = new Set<string>();
    for (const event of eventsOf(file)) {
      if (event.EventID === 16) {
        inForce = String(event.Configuration).replace(/^.*\/(c\d+)\.xml$/, "$1");
        seen.add(inForce);
      } else if (event.RuleName !== undefined && event.RuleName !== "-") {
        assert.equal(String(event.RuleName).split("-")[0], inForce, JSON.stringify(event));
        judged++;
      }
    }
    assert.equal(seen.size, CONFIGURATIONS, "all came into force");
    assert.ok(judged > CONFIGURATIONS, `${judged} events`);
  },
);
