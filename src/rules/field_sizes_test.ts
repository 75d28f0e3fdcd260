import assert from "node:assert/strict";
import { compileFieldSizes } from "./mod.ts";
import { makeEvent } from "./testing.ts";

function cut(text: string, size: number): unknown {
  const event = makeEvent(1, { CommandLine: text });
  compileFieldSizes(new Map([["CommandLine", size]]))!(event);
  return event.values[event.definition.fieldIndex.get("CommandLine")!];
}

const CASES: readonly [text: string, size: number, expected: string][] = [
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "ab..."],
  ["abcdef", 3, "..."],
  ["abcdef", 2, "-"],
  ["abcdef", 1, "-"],
  ["a", 1, "a"],
  ["ééé", 6, "ééé"],
  ["ééé", 5, "é..."],
  ["aéé", 4, "a..."],
  ["ééé", 4, "..."],
  ["€€", 6, "€€"],
  ["€€", 5, "..."],
  ["😀😀", 8, "😀😀"],
  ["😀😀", 7, "😀..."],
  ["😀😀", 6, "..."],
];

for (const [text, size, expected] of CASES) {
  Deno.test(`T30: ${text} in ${size} bytes is ${expected}`, () => {
    assert.equal(cut(text, size), expected);
  });
}

Deno.test("only text fields of filterable and state events are cut", () => {
  const apply = compileFieldSizes(new Map([["ProcessId", 1], ["Description", 4], ["Image", 4]]))!;
  const create = makeEvent(1, { ProcessId: 123456, Image: "/bin/ls", Description: "something" });
  apply(create);
  const valueOf = (event: typeof create, name: string) =>
    event.values[event.definition.fieldIndex.get(name)!];
  assert.equal(valueOf(create, "ProcessId"), 123456);
  assert.equal(valueOf(create, "Image"), "/...");
  assert.equal(valueOf(create, "Description"), "s...");
  const error = makeEvent(255, { Description: "something" });
  apply(error);
  assert.equal(valueOf(error, "Description"), "something");
});

Deno.test("without sizes there is nothing to apply", () => {
  assert.equal(compileFieldSizes(new Map()), undefined);
});
