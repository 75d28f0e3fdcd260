import assert from "node:assert/strict";
import { letSinksCatchUp } from "./catching_up.ts";

/** One sink that is ready, and one that a test makes so. */
function setUp(others: number) {
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const way = { isReady: false, fill: 0, asked, ready: resolve };
  const sinks = {
    ready: (whom: "all" | "any" = "all") => {
      if (way.isReady || (whom === "any" && others > 0)) return undefined;
      asked.push(whom);
      return promise;
    },
  };
  const buffer = { fill: () => way.fill };
  return { way, sinks, buffer };
}

Deno.test("while the buffer has room, the slowest sink is waited for", async () => {
  const { way, sinks, buffer } = setUp(1);
  let looks = 0;
  await letSinksCatchUp(sinks, buffer, () => {
    if (++looks === 3) {
      way.isReady = true;
      way.ready();
    }
    return true;
  });
  assert.equal(looks, 3);
});

Deno.test("once it is half full, a sink that is behind holds up no other", async () => {
  const { way, sinks, buffer } = setUp(1);
  way.fill = 49;
  let looks = 0;
  await letSinksCatchUp(sinks, buffer, () => {
    looks++;
    way.fill = 50;
    return true;
  });
  assert.equal(looks, 1);
});

Deno.test("where all are behind nobody is held up, however full it is", async () => {
  const { way, sinks, buffer } = setUp(0);
  way.fill = 100;
  let looks = 0;
  await letSinksCatchUp(sinks, buffer, () => {
    if (++looks === 2) {
      way.isReady = true;
      way.ready();
    }
    return true;
  });
  assert.equal(looks, 2);
  assert.ok(way.asked.includes("any"));
});

Deno.test("it ends when it is told to", async () => {
  const { sinks, buffer } = setUp(0);
  let looks = 0;
  await letSinksCatchUp(sinks, buffer, () => ++looks < 2);
  assert.equal(looks, 2);
});
