/** Every example of fixtures/diagnostics gives its code and no other; those that nearly do, nothing. */
import assert from "node:assert/strict";
import { type Code, CODES } from "../../src/config/mod.ts";
import { exampleOf, strayExamples } from "./examples.ts";

/** Codes that cannot be shown in a few lines, and where their tests are. */
const WITHOUT_EXAMPLE: ReadonlySet<string> = new Set([
  "MON181",
  // src/config/limits_test.ts
  "MON002",
  "MON012",
  "MON013",
  "MON047",
  // src/config/load_test.ts
  "MON099",
  // src/config/yaml/limits_test.ts
  "MON204",
  // src/ruletest/limits_test.ts
  "MON302",
]);

function codesIn(output: string): string[] {
  return [...new Set([...output.matchAll(/\[(MON\d{3})\]/g)].map((match) => match[1]))];
}

for (const code of Object.keys(CODES) as Code[]) {
  Deno.test(`the example of ${code} gives it and no other`, async () => {
    const example = exampleOf(code);
    assert.equal(example === undefined, WITHOUT_EXAMPLE.has(code), "which codes have an example");
    if (example === undefined) return;
    const output = await example.run();
    assert.deepEqual(codesIn(output), [code], output);
    const near = await example.runNear();
    assert.deepEqual(codesIn(near ?? ""), [], near);
    const needsNear = code.startsWith("MON1") && !code.startsWith("MON15");
    assert.ok(near !== undefined || !needsNear, "a lint code has an example that nearly gives it");
  });
}

Deno.test("every example belongs to a code", () => {
  assert.deepEqual(strayExamples(), []);
});

Deno.test("a code is described in whole sentences", () => {
  for (const [code, { title, remedy }] of Object.entries(CODES)) {
    assert.match(title, /^[^.]+[^.\s]$/, code);
    assert.match(remedy, /^[A-Z\d`].*\.\)?$/s, code);
  }
});
