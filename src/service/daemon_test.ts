import assert from "node:assert/strict";
import type { Sensor } from "../sensor/sensor.ts";
import { KEEP_EVERYTHING, type Policy } from "../sensor/policy.ts";
import { withDirectory } from "../testing/temporary.ts";
import { Daemon } from "./daemon.ts";
import { placesOf } from "./stored.ts";
import { identityIn } from "./testing.ts";

Deno.test("that nobody can be told of a reload is said, and the next one works", () =>
  withDirectory(async (directory) => {
    const identity = identityIn(directory);
    const { configurations: [path], state } = placesOf(identity);
    Deno.writeTextFileSync(path, "<Sysmon/>");
    // Nothing can take a directory's place.
    Deno.mkdirSync(`${state}/full`, { recursive: true });
    const inForce: Policy[] = [];
    const said: string[] = [];
    const daemon = new Daemon({
      identity,
      sensor: { reload: (policy: Policy) => void inForce.push(policy) } as unknown as Sensor,
      manager: { ready() {}, reloading() {}, stopping() {}, alive() {} },
      compile: () => Promise.resolve(KEEP_EVERYTHING),
      running: { name: path, hash: "-", fileName: path, base64: "" },
      say: (text) => void said.push(text),
    });
    assert.equal(await daemon.reload(), undefined);
    assert.match(said.join("\n"), /warning: whoever waits for the reload is not told: /);
    Deno.removeSync(state, { recursive: true });
    assert.equal(await daemon.reload(), undefined);
    assert.equal(JSON.parse(Deno.readTextFileSync(state)).generation, 2);
    assert.equal(inForce.length, 2);
  }));
