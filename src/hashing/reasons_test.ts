import assert from "node:assert/strict";
import { reasonOf, REASONS } from "./reasons.ts";

Deno.test("numbers are those of the native side", async () => {
  const source = await Deno.readTextFile(
    new URL("../../native/hash/src/reason.rs", import.meta.url),
  );
  const native = [...source.matchAll(/^ {4}([A-Z]\w+) = (\d+),$/gm)];
  assert.equal(native.length, REASONS.length - 1);
  for (const [, name, number] of native) {
    const snakeCase = name.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase();
    assert.equal(reasonOf(-Number(number)), snakeCase);
  }
});

Deno.test("an unknown number is not taken for another reason", () => {
  assert.equal(reasonOf(-11), "unsupported");
  assert.equal(reasonOf(-1000), "unsupported");
});
