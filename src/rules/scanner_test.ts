import assert from "node:assert/strict";
import { type Pattern, ScannerBuilder } from "./scanner.ts";

function anywhere(text: string): Pattern {
  return { text, atStart: false, atEnd: false };
}

function found(patterns: readonly Pattern[], text: string): number[] {
  const builder = new ScannerBuilder();
  patterns.forEach((pattern, id) => assert.ok(builder.add(pattern, id)));
  const marks = new Uint32Array(patterns.length);
  const any = builder.build().scan(text, marks, 7);
  const ids = [...marks.keys()].filter((id) => marks[id] === 7);
  assert.equal(any, ids.length > 0);
  return ids;
}

Deno.test("overlapping patterns are all found", () => {
  const patterns = ["he", "she", "his", "hers", "e"].map(anywhere);
  assert.deepEqual(found(patterns, "ushers"), [0, 1, 3, 4]);
  assert.deepEqual(found(patterns, "xhix"), []);
});

Deno.test("letters of the text are folded, others are not", () => {
  assert.deepEqual(found([anywhere("abz"), anywhere("é"), anywhere("[")], "xABZ"), [0]);
  assert.deepEqual(found([anywhere("é"), anywhere("{")], "É["), []);
});

Deno.test("ends are ends", () => {
  const patterns: Pattern[] = [
    { text: "ab", atStart: true, atEnd: false },
    { text: "ab", atStart: false, atEnd: true },
    { text: "ab", atStart: true, atEnd: true },
  ];
  assert.deepEqual(found(patterns, "abx"), [0]);
  assert.deepEqual(found(patterns, "xab"), [1]);
  assert.deepEqual(found(patterns, "ab"), [0, 1, 2]);
  assert.deepEqual(found(patterns, "xabx"), []);
  assert.deepEqual(found(patterns, ""), []);
});

Deno.test("of a long pattern the end is searched", () => {
  const long = { text: "/a/very/long/path/to/something", atStart: true, atEnd: true };
  assert.deepEqual(found([long], "/a/very/long/path/to/something"), [0]);
  assert.deepEqual(found([long], "/another/path/to/something"), [0]);
  assert.deepEqual(found([long], "/a/very/long/path/to/something else"), []);
});

Deno.test("texts beyond Latin-1 can be searched, patterns cannot", () => {
  assert.deepEqual(found([anywhere("bc")], "€a😀BC€"), [0]);
  assert.equal(new ScannerBuilder().add(anywhere("€"), 0), false);
  assert.equal(new ScannerBuilder().add(anywhere(""), 0), false);
});

Deno.test("a scanner does not grow without limit", () => {
  const builder = new ScannerBuilder();
  let taken = 0;
  for (let i = 0; i < 100_000; i++) {
    if (builder.add(anywhere(`${i * 7919}-${i}`), i)) taken++;
  }
  assert.ok(taken > 1_000 && taken < 20_000, `${taken}`);
  assert.equal(builder.patterns, taken);
});

Deno.test("many equal patterns cost no more than their number", () => {
  const builder = new ScannerBuilder();
  for (let i = 0; i < 200_000; i++) builder.add(anywhere("a"), i);
  for (let i = 0; i < 2_000; i++) builder.add(anywhere(`${i}a`), 200_000 + i);
  const marks = new Uint32Array(202_000);
  assert.ok(builder.build().scan("a".repeat(100_000) + "17a", marks, 1));
  assert.equal(marks.reduce((sum, mark) => sum + mark, 0), 200_002);
});

Deno.test("marks may start anew", () => {
  const builder = new ScannerBuilder();
  builder.add(anywhere("a"), 0);
  const scanner = builder.build();
  const marks = new Uint32Array(1);
  for (const mark of [5, 6, 5, 1, 1, 2]) {
    marks[0] = 0;
    assert.ok(scanner.scan("a", marks, mark));
    assert.equal(marks[0], mark);
  }
});

Deno.test("a scanner agrees with plain search", () => {
  let state = 1;
  const below = (limit: number) => (state = (state * 48271) % 0x7fffffff) % limit;
  const text = (length: number) => Array.from({ length }, () => "abA/"[below(4)]).join("");
  for (let round = 0; round < 500; round++) {
    const patterns = Array.from({ length: 12 }, (): Pattern => ({
      text: text(1 + below(4)).toLowerCase(),
      atStart: below(3) === 0,
      atEnd: below(3) === 0,
    }));
    const searched = text(below(12));
    const folded = searched.toLowerCase();
    const expected = patterns.flatMap((p, id) => {
      const isFound = p.atStart && p.atEnd
        ? folded === p.text
        : p.atStart
        ? folded.startsWith(p.text)
        : p.atEnd
        ? folded.endsWith(p.text)
        : folded.includes(p.text);
      return isFound ? [id] : [];
    });
    assert.deepEqual(found(patterns, searched), expected, `round ${round}: ${searched}`);
  }
});
