import assert from "node:assert/strict";
import { isSearchable, ScannerBuilder } from "./scanner.ts";
import { Wakes } from "./wakes.ts";

function found(patterns: readonly string[], text: string): number[] {
  const builder = new ScannerBuilder();
  patterns.forEach((pattern, id) => builder.add(pattern, id));
  const wakes = new Wakes(patterns.length);
  wakes.clear();
  builder.build().scan(text, wakes);
  return [...patterns.keys()].filter((id) => wakes.has(id));
}

Deno.test("overlapping patterns are all found", () => {
  const patterns = ["he", "she", "his", "hers", "e"];
  assert.deepEqual(found(patterns, "ushers"), [0, 1, 3, 4]);
  assert.deepEqual(found(patterns, "xhix"), []);
});

Deno.test("letters of the text are folded, others are not", () => {
  assert.deepEqual(found(["abz", "é", "["], "xABZ"), [0]);
  assert.deepEqual(found(["é", "{"], "É["), []);
});

Deno.test("of a long pattern the end is searched", () => {
  const long = ["/a/very/long/path/to/something"];
  assert.deepEqual(found(long, "x/a/very/long/path/to/something else"), [0]);
  assert.deepEqual(found(long, "/another/path/to/something"), [0]);
  assert.deepEqual(found(long, "/a/very/long/path/to/nothing"), []);
});

Deno.test("texts beyond Latin-1 can be searched, patterns cannot", () => {
  assert.deepEqual(found(["bc"], "€a😀BC€"), [0]);
  assert.ok(isSearchable("é"));
  assert.ok(!isSearchable("a€"));
  assert.ok(!isSearchable(""));
});

Deno.test("however many patterns there are, none is missed", () => {
  const patterns = Array.from({ length: 30_000 }, (_, i) => `${i * 7919}-${i}`);
  for (const at of [0, 1, 77, 29_999]) {
    assert.ok(found(patterns, `a${patterns[at]}b`).includes(at), `${at}`);
  }
  assert.deepEqual(found(patterns, "no number"), []);
});

Deno.test("all pairs of units fit", () => {
  const patterns: string[] = [];
  for (let i = 0; i < 256; i++) {
    for (let k = 0; k < 256; k++) patterns.push(String.fromCharCode(i, k).toLowerCase());
  }
  assert.ok(found(patterns, "ab").includes(0x6162));
});

Deno.test("many equal patterns cost no more than their number", () => {
  const builder = new ScannerBuilder();
  for (let i = 0; i < 200_000; i++) builder.add("a", i);
  for (let i = 0; i < 2_000; i++) builder.add(`${i}a`, 200_000 + i);
  const wakes = new Wakes(202_000);
  wakes.clear();
  builder.build().scan("a".repeat(100_000) + "17a", wakes);
  assert.equal(wakes.count, 200_002);
});

Deno.test("a scanner agrees with plain search", () => {
  let state = 1;
  const below = (limit: number) => (state = (state * 48271) % 0x7fffffff) % limit;
  const text = (length: number) => Array.from({ length }, () => "abA/"[below(4)]).join("");
  for (let round = 0; round < 500; round++) {
    const patterns = Array.from({ length: 12 }, () => text(1 + below(4)).toLowerCase());
    const searched = text(below(12));
    const expected = [...patterns.keys()]
      .filter((id) => searched.toLowerCase().includes(patterns[id]));
    assert.deepEqual(found(patterns, searched), expected, `round ${round}: ${searched}`);
  }
});
