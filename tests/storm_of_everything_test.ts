/**
 * A storm of everything that the sensor tells of, from two workers at once: what was written and what
 * was counted as lost is what was done, for each event.
 *
 * `MONOMI_STORM_SECONDS` says how long (`deno task storm`: a minute).
 */
import assert from "node:assert/strict";
import { captureTest, Folder } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { KIND_OF, Storm, Witness } from "./support/mixed_storm.ts";

const SECONDS = Number(Deno.env.get("MONOMI_STORM_SECONDS") ?? 10);
/** What arrives until the reader comes is many times this. */
const TOO_SMALL = "16K";
const SECONDS_TOO_SMALL = 3;

captureTest(`a storm of everything for ${SECONDS} s is written, or counted as lost`, async () => {
  using loads = new Loads();
  using folder = new Folder();
  await using witness = await Witness.start(folder);
  const storm = await Storm.run(loads, folder, SECONDS);
  await witness.stop();
  assert.deepEqual([...storm.done.keys()].sort(), Object.keys(KIND_OF).map(Number).sort());
  assert.deepEqual(witness.unexplained(storm), []);
  assert.deepEqual(witness.unaccounted(), []);
  const sum = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((a, b) => a + b);
  const written = witness.written(storm);
  console.log(`done ${sum(storm.done)}, written ${sum(written)} in ${SECONDS} s`);
  for (const [event, count] of storm.done) {
    const lost = witness.lost(event);
    if (written.get(event) !== count) console.log(`event ${event}: ${count}, lost ${lost}`);
  }
});

captureTest("what a buffer that is too small loses is counted, event by event", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await using witness = await Witness.start(folder, "--ring", TOO_SMALL);
  const storm = await Storm.run(loads, folder, SECONDS_TOO_SMALL);
  await witness.stop();
  assert.ok(witness.lost(11) > 0, "the buffer was too small");
  assert.deepEqual(witness.unexplained(storm), []);
  assert.deepEqual(witness.unaccounted(), []);
});
