import assert from "node:assert/strict";
import { Wakes } from "./wakes.ts";

Deno.test("ids come sorted and once, few or many", () => {
  for (const count of [0, 1, 5, 24, 25, 1_000]) {
    const wakes = new Wakes(count);
    wakes.clear();
    for (let i = 0; i < count; i++) {
      wakes.add((i * 7 + 3) % count);
      wakes.add((i * 7 + 3) % count);
    }
    wakes.sort();
    const ids = Array.from({ length: wakes.count }, (_, at) => wakes.at(at));
    assert.deepEqual(ids, [...new Set(ids)].toSorted((a, b) => a - b));
    assert.ok(ids.every((id) => wakes.has(id)));
  }
});

Deno.test("a new event begins with nothing woken", () => {
  const wakes = new Wakes(2);
  wakes.clear();
  wakes.add(1);
  assert.ok(wakes.has(1) && !wakes.has(0));
  wakes.clear();
  assert.ok(!wakes.has(1));
  assert.equal(wakes.count, 0);
});
