import assert from "node:assert/strict";
import type { Event } from "../events/event.ts";
import { eventById } from "../schema/mod.ts";
import { merge } from "./merge.ts";
import { KEEP_EVERYTHING } from "./policy.ts";
import type { ReplaySource } from "./replay_source.ts";

const definition = eventById(5)!;

/** A source whose batches hold events at these times. */
function source(...batches: number[][]): ReplaySource & { held: number } {
  return {
    policy: KEEP_EVERYTHING,
    bytesRead: 0,
    held: 0,
    next() {
      const batch = batches.shift();
      this.held = batch?.length ?? 0;
      const events = batch?.map((time): Event => ({ definition, values: [], time, recordId: 0 }));
      return Promise.resolve(events);
    },
    close() {},
  };
}

async function merged(...sources: ReplaySource[]): Promise<string> {
  const times = [];
  for await (const { source, events } of merge(sources)) {
    for (const { time } of events) times.push(`${sources.indexOf(source)}:${time}`);
  }
  return times.join(" ");
}

Deno.test("the earliest event of all files comes next", async () => {
  const order = await merged(source([1, 4], [9]), source([2, 3, 5]), source(), source([6, 7], [8]));
  assert.equal(order, "0:1 1:2 1:3 0:4 1:5 3:6 3:7 3:8 0:9");
});

Deno.test("a file keeps its own order, and of equal times the first file's come first", async () => {
  assert.equal(await merged(source([5, 1, 7]), source([5, 6])), "0:5 0:1 1:5 1:6 0:7");
  assert.equal(await merged(source([1, 1], [1]), source([1])), "0:1 0:1 0:1 1:1");
});

Deno.test("one file goes through in its batches", async () => {
  const runs = await Array.fromAsync(merge([source([3, 2], [1])]));
  assert.deepEqual(runs.map(({ events }) => events.length), [2, 1]);
});
