import assert from "node:assert/strict";
import { jsonLine, jsonText } from "./json.ts";

const VALUE = { text: 'é "\x1b[31m\x9b\u202e\u2028\u{e0001}\ud800\n' };

Deno.test("hidden characters are escaped, and what is read is what was written", () => {
  const line = jsonLine(VALUE);
  assert.equal(
    line,
    String.raw`{"text":"é \"\u001b[31m\u009b\u202e\u2028\udb40\udc01\ud800\n"}`,
  );
  assert.deepEqual(JSON.parse(line), VALUE);
});

Deno.test("indented text keeps its line ends", () => {
  const text = jsonText(VALUE);
  assert.match(text, /^\{\n {2}"text": "é \\"\\u001b\[31m\\u009b.*"\n\}$/);
  assert.deepEqual(JSON.parse(text), VALUE);
});
