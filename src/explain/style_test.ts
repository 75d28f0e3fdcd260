import assert from "node:assert/strict";
import { COLORED, PLAIN, value } from "./style.ts";

Deno.test("values are quoted, escaped, and their found parts marked", () => {
  assert.equal(value("a\x1b[31m\u202e\n", PLAIN), "'a\\x1b[31m\\u202e\\n'");
  assert.equal(value("a\x1bc", PLAIN, [[1, 2]]), "'a«\\x1b»c'");
  assert.equal(value("abc", COLORED, [[1, 2]]), "'a\x1b[1;4;32mb\x1b[0mc'");
});

Deno.test("long values are cut around what was found", () => {
  const text = "a".repeat(500) + "FOUND" + "b".repeat(500);
  const shown = value(text, PLAIN, [[500, 505]]);
  assert.ok(shown.includes("«FOUND»") && shown.length < 200, shown);
  assert.ok(shown.startsWith("'…a") && shown.endsWith("b…'"), shown);
  assert.match(value(text, PLAIN), /^'a+…'$/);
  assert.ok(value(text, PLAIN, [[0, 1000]]).length < 200);
});
