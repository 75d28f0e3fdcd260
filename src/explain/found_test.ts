import assert from "node:assert/strict";
import { makeEvent } from "../rules/testing.ts";
import { type Operator, OPERATORS } from "../schema/options.ts";
import { tryCondition } from "../rules/explain.ts";
import { Random } from "../testing/random.ts";
import { foundIn } from "./found.ts";

/** The text with what was found in brackets. */
function marked(operator: Operator, operand: string, text: string): string {
  let result = "";
  let at = 0;
  for (const [start, end] of foundIn(operator, operand, text)) {
    result += `${text.slice(at, start)}[${text.slice(start, end)}]`;
    at = end;
  }
  return result + text.slice(at);
}

Deno.test("what an operator found is marked, whatever its case", () => {
  assert.equal(marked("contains", "B", "abc"), "a[b]c");
  assert.equal(marked("begin with", "AB", "abc"), "[ab]c");
  assert.equal(marked("end with", "bc", "aBC"), "a[BC]");
  assert.equal(marked("is any", "x;ABC", "abc"), "[abc]");
  assert.equal(marked("contains all", "c;bc;a", "abcd"), "[abc]d");
  assert.equal(marked("contains any", "x;d;a", "abcd"), "[a]bc[d]");
  assert.equal(marked("image", "cmd.exe", "CMD.EXE"), "[CMD.EXE]");
});

Deno.test("what keeps a negative operator from matching is marked", () => {
  assert.equal(marked("excludes", "b", "abc"), "a[b]c");
  assert.equal(marked("is not", "abc", "abc"), "[abc]");
  assert.equal(marked("not begin with", "x", "abc"), "abc");
});

Deno.test("a single operand is marked exactly when it decided", () => {
  const POSITIVE: readonly Operator[] = ["is", "is any", "contains", "begin with", "end with"];
  const NEGATIVE: readonly Operator[] = ["is not", "excludes", "not begin with", "not end with"];
  const random = new Random(1);
  const word = () =>
    Array.from({ length: 1 + random.below(3) }, () => random.of(["a", "B"])).join("");
  for (let i = 0; i < 2_000; i++) {
    const operator = random.of([...POSITIVE, ...NEGATIVE]);
    const [value, text] = [word(), word()];
    const { outcome } = tryCondition({
      kind: "condition",
      field: "Image",
      fieldIndex: 4,
      operator,
      value,
      name: undefined,
      offset: 0,
      valueOffset: 0,
    }, makeEvent(1, { Image: text }));
    const isFound = foundIn(operator, value, text).length > 0;
    assert.equal(isFound, POSITIVE.includes(operator) === (outcome === "matched"), `${operator}`);
  }
});

Deno.test("every operator is known, and an empty operand marks nothing", () => {
  for (const operator of OPERATORS) assert.deepEqual(foundIn(operator, "", "abc"), []);
});
