import assert from "node:assert/strict";
import { type AnchoredPattern, AnchoredTexts } from "./anchored.ts";
import { Wakes } from "./wakes.ts";

function found(patterns: readonly AnchoredPattern[], field: string): number[] {
  const texts = new AnchoredTexts();
  patterns.forEach((pattern, id) => texts.add(pattern, id));
  const wakes = new Wakes(patterns.length);
  wakes.clear();
  texts.find(field, wakes);
  return [...patterns.keys()].filter((id) => wakes.has(id));
}

const begins = (text: string): AnchoredPattern => ({ text, atStart: true, atEnd: false });
const ends = (text: string): AnchoredPattern => ({ text, atStart: false, atEnd: true });
const equals = (text: string): AnchoredPattern => ({ text, atStart: true, atEnd: true });

Deno.test("ends are ends", () => {
  const patterns = [begins("ab"), ends("ab"), equals("ab")];
  assert.deepEqual(found(patterns, "abx"), [0]);
  assert.deepEqual(found(patterns, "xab"), [1]);
  assert.deepEqual(found(patterns, "ab"), [0, 1, 2]);
  assert.deepEqual(found(patterns, "xabx"), []);
  assert.deepEqual(found(patterns, ""), []);
});

Deno.test("letters of the field are folded, others are not", () => {
  assert.deepEqual(found([equals("/usr/é€😀")], "/USR/é€😀"), [0]);
  assert.deepEqual(found([equals("é"), equals("{")], "É"), []);
});

Deno.test("every length is found, also beyond what is hashed", () => {
  for (const length of [1, 2, 254, 255, 256, 5_000]) {
    const text = Array.from({ length }, (_, i) => "abcdefg/"[(i * i) % 8]).join("");
    assert.deepEqual(found([begins(text), ends(text), equals(text)], text), [0, 1, 2], `${length}`);
    assert.deepEqual(found([begins(text)], `${text}x`), [0]);
    assert.deepEqual(found([ends(text)], `x${text}`), [0]);
    assert.deepEqual(found([begins(text), equals(text)], `x${text}`), []);
  }
});

Deno.test("many texts are kept apart", () => {
  const patterns = Array.from({ length: 20_000 }, (_, i) => equals(`/bin/${i * 7919}`));
  for (const at of [0, 1, 19_999]) assert.deepEqual(found(patterns, patterns[at].text), [at]);
});

Deno.test("anchored texts agree with plain comparison", () => {
  let state = 7;
  const below = (limit: number) => (state = (state * 48271) % 0x7fffffff) % limit;
  const text = (length: number) => Array.from({ length }, () => "abA/"[below(4)]).join("");
  for (let round = 0; round < 500; round++) {
    const patterns = Array.from({ length: 12 }, () => {
      return [begins, ends, equals][below(3)](text(1 + below(5)).toLowerCase());
    });
    const field = text(below(7));
    const folded = field.toLowerCase();
    const expected = patterns.flatMap((p, id) => {
      const matches = p.atStart && p.atEnd
        ? folded === p.text
        : p.atStart
        ? folded.startsWith(p.text)
        : folded.endsWith(p.text);
      return matches ? [id] : [];
    });
    assert.deepEqual(found(patterns, field), expected, `round ${round}: ${field}`);
  }
});
