import assert from "node:assert/strict";
import { Random, seedOfThisRun } from "../testing/random.ts";
import { readTestFile } from "./read.ts";

const SAMPLES = ["rules/minimal.tests.yaml", "fixtures/ruletests/web.tests.yaml"].map((path) =>
  Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url))
);
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ": ",
  "- ",
  "&a ",
  "*a",
  "<<: ",
  '"',
  "'",
  "\n",
  "  ",
  "#",
  "|\n",
];
const WORDS = [
  "!x ",
  "null",
  "~",
  "{event}",
  "{{event}}",
  "cases:",
  "expect: ",
  "\0",
  "\u2028",
  "9e9",
];

function mutate(random: Random, text: string): string {
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(12));
    const inserted = random.chance(30)
      ? text.slice(random.below(text.length), random.below(text.length))
      : random.chance(70)
      ? random.of([...PIECES, ...WORDS])
      : "";
    text = text.slice(0, at) + inserted + text.slice(random.chance(50) ? at : end);
  }
  return text;
}

Deno.test("damaged test files are read or refused with places, never thrown at", () => {
  const firstSeed = seedOfThisRun();
  const encoder = new TextEncoder();
  let refused = 0;
  let read = 0;
  for (let seed = firstSeed; seed < firstSeed + 4000; seed++) {
    const random = new Random(seed);
    const text = mutate(random, random.of(SAMPLES));
    try {
      const { file, diagnostics } = readTestFile(encoder.encode(text), "x");
      assert.equal(file === undefined, diagnostics.some(({ severity }) => severity === "error"));
      const lines = text.split(/\r\n?|\n/).length;
      for (const { line, column, message, help } of diagnostics) {
        assert.ok(line >= 1 && line <= lines && column >= 1, message);
        assert.doesNotMatch(`${message}${help}`, /[\p{Cc}\u2028]/u);
      }
      file === undefined ? refused++ : read++;
    } catch (error) {
      throw new Error(`seed ${seed}:\n${text}`, { cause: error });
    }
  }
  assert.ok(refused > 500 && read > 200, `${refused} refused, ${read} read`);
});
