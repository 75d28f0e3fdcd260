/**
 * Damaged configurations: never a crash, a second, or 512 MB; every refusal has a place.
 * `MONOMI_SEED=N` repeats a run, whose seed is printed.
 */
import assert from "node:assert/strict";
import { seedOfThisRun } from "../src/testing/random.ts";

const COUNT = 100_000;
const TASK = new URL("../tasks/fuzz.ts", import.meta.url).pathname;

// A process of its own, so that its memory can be told from that of other tests.
Deno.test("100,000 damaged configurations are read or refused", async () => {
  const numbers = ["--count", String(COUNT), "--seed", String(seedOfThisRun())];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--v8-flags=--expose-gc", TASK, ...numbers],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  console.log(text(stdout).trimEnd());
  const [, loaded, refused] = /(\d+) loaded, (\d+) refused/.exec(text(stdout))!;
  assert.ok(Number(loaded) > COUNT / 20, `only ${loaded} loaded`);
  assert.ok(Number(refused) > COUNT / 20, `only ${refused} refused`);
});
