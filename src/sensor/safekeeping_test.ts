import assert from "node:assert/strict";
import type { SinkCounters } from "../sinks/mod.ts";
import { Safekeeping } from "./safekeeping.ts";

function setUp() {
  const did: string[] = [];
  const way = { left: 0, waiting: 0 };
  const sinks = [0, 1].map(() => ({ written: 0, dropped: 0, spooled: 0, waiting: 0 }));
  const state = { hasNew: true };
  const buffer = {
    mark: () => (did.push(`mark ${state.hasNew}`), state.hasNew),
    commit: () => void did.push("commit"),
  };
  const counters = () => sinks as unknown as SinkCounters[];
  return { did, way, sinks, state, keeping: new Safekeeping(buffer, way, counters) };
}

Deno.test("what was read is committed when every sink has it behind it", () => {
  const { did, way, sinks, keeping } = setUp();
  way.waiting = 5;
  keeping.follow(0);
  assert.ok(keeping.isOpen);
  Object.assign(way, { left: 5, waiting: 3 });
  sinks[0].waiting = 5;
  sinks[1].waiting = 5;
  keeping.follow(1);
  Object.assign(sinks[0], { written: 5, waiting: 7 });
  Object.assign(sinks[1], { written: 3, dropped: 1, waiting: 1 });
  keeping.follow(2);
  assert.deepEqual(did, ["mark true"]);
  sinks[1].spooled = 1;
  keeping.follow(3);
  assert.deepEqual(did, ["mark true", "commit"]);
  assert.ok(!keeping.isOpen);
});

Deno.test("a sink that does not get on delays it by half a minute", () => {
  const { did, way, sinks, keeping } = setUp();
  way.left = 1;
  sinks[0].waiting = 1;
  keeping.follow(0);
  keeping.follow(29_999);
  assert.deepEqual(did, ["mark true"]);
  keeping.follow(30_000);
  assert.deepEqual(did, ["mark true", "commit"]);
});

Deno.test("without anything new nothing is done", () => {
  const { did, state, keeping } = setUp();
  state.hasNew = false;
  keeping.follow(0);
  assert.deepEqual(did, ["mark false"]);
  assert.ok(!keeping.isOpen);
});

Deno.test("at the end everything that was read is committed", () => {
  const { did, state, keeping } = setUp();
  keeping.follow(0);
  keeping.end();
  assert.deepEqual(did, ["mark true", "commit", "mark true", "commit"]);
  assert.ok(!keeping.isOpen);
  state.hasNew = false;
  keeping.end();
  assert.deepEqual(did.slice(4), ["mark false"]);
});
