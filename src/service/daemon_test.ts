import assert from "node:assert/strict";
import type { Event } from "../events/event.ts";
import type { Sensor } from "../sensor/sensor.ts";
import { KEEP_EVERYTHING, type Policy } from "../sensor/policy.ts";
import { withDirectory } from "../testing/temporary.ts";
import { Daemon } from "./daemon.ts";
import { placesOf } from "./stored.ts";
import { identityIn } from "./testing.ts";

const noManager = { ready() {}, reloading() {}, stopping() {}, alive() {} };

/** A daemon whose stored configuration is `<Sysmon/>`, and what becomes of it. */
function daemonIn(directory: string) {
  const identity = identityIn(directory);
  const places = placesOf(identity);
  const [path] = places.configurations;
  Deno.writeTextFileSync(path, "<Sysmon/>");
  const inForce: Policy[] = [];
  const announced: Event[] = [];
  const said: string[] = [];
  const daemon = new Daemon({
    identity,
    sensor: {
      reload: (policy: Policy) => void inForce.push(policy),
      announce: (event: Event) => void announced.push(event),
    } as unknown as Sensor,
    manager: noManager,
    compile: () => Promise.resolve(KEEP_EVERYTHING),
    running: { name: path, hash: "-", fileName: path, base64: "" },
    say: (text) => void said.push(text),
  });
  return { daemon, places, inForce, announced, said };
}

Deno.test("that nobody can be told of a reload is said, and the next one works", () =>
  withDirectory(async (directory) => {
    const { daemon, places: { state }, inForce, said } = daemonIn(directory);
    // Nothing can take a directory's place.
    Deno.mkdirSync(`${state}/full`, { recursive: true });
    assert.equal(await daemon.reload(), undefined);
    assert.match(said.join("\n"), /warning: whoever waits for the service is not told: /);
    Deno.removeSync(state, { recursive: true });
    assert.equal(await daemon.reload(), undefined);
    assert.equal(JSON.parse(Deno.readTextFileSync(state)).generation, 2);
    assert.equal(inForce.length, 2);
  }));

Deno.test("a configuration that cannot be kept does not come into force", () =>
  withDirectory(async (directory) => {
    const { daemon, places: { running }, inForce } = daemonIn(directory);
    Deno.mkdirSync(`${running}/full`, { recursive: true });
    assert.match(await daemon.reload() ?? "", /running\.json/);
    assert.deepEqual(inForce, []);
  }));

Deno.test("a sensor starts though what it runs with cannot be kept, and says so", () =>
  withDirectory((directory) => {
    const { daemon, places: { running, state }, announced } = daemonIn(directory);
    Deno.mkdirSync(`${running}/full`, { recursive: true });
    daemon.begin(undefined);
    daemon.end();
    assert.equal(announced.length, 1);
    assert.match(String(announced[0].values.at(-1)), /is not kept for the next start: .*running/);
    assert.equal(JSON.parse(Deno.readTextFileSync(state)).refused, null);
  }));

Deno.test("a thousand requests at a time are two reloads at most", () =>
  withDirectory(async (directory) => {
    const { daemon, inForce } = daemonIn(directory);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => daemon.reload()));
    assert.deepEqual(new Set(answers), new Set([undefined]));
    assert.ok(inForce.length <= 2, String(inForce.length));
  }));
