import assert from "node:assert/strict";
import { EVENTS } from "../../schema/mod.ts";
import { ODD_TEXT, sampleEvent } from "../sample_events.ts";
import { eventLogRenderer } from "./renderer.ts";

Deno.test("every event is its number, version and level, then each field in Sysmon's order", () => {
  const render = eventLogRenderer();
  for (const { id, version, level, fields } of EVENTS) {
    const event = sampleEvent(id);
    const parts = render(event).split("\x1f");
    assert.deepEqual(parts.slice(0, 3), [id, version, level].map(String));
    assert.deepEqual(parts.slice(3), event.values.slice(0, fields.length).map(String));
  }
});

Deno.test("no text ends a field, a line or the XML that Windows makes of it", () => {
  const odd = `${ODD_TEXT}\x1e\x1f\0`;
  const parts = eventLogRenderer()(sampleEvent(11, { TargetFilename: odd, Image: "a\tb\r\nc" }))
    .split("\x1f");
  assert.equal(parts.length, 3 + sampleEvent(11).definition.fields.length);
  assert.ok(parts.includes("a\tb\r\nc"));
  const text = parts.find((part) => part.startsWith('a"b'))!;
  assert.ok(text.endsWith("\u241e\u241f\u2400"));
  assert.ok(text.includes("\u241b[31m") && text.includes("x9bm".replace("x9b", "\x9b")));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
});
