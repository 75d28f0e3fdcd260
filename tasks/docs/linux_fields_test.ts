import assert from "node:assert/strict";
import { eventById } from "../../src/schema/mod.ts";
import { EVENTS_ON_LINUX } from "./linux_events.ts";
import { meaningOnLinux, strayMeanings } from "./linux_fields.ts";

Deno.test("every field of every event on Linux has a meaning, and nothing else has", () => {
  for (const { id, fields } of EVENTS_ON_LINUX) {
    for (const { name } of fields) assert.doesNotThrow(() => meaningOnLinux(id, name));
  }
  assert.deepEqual(
    strayMeanings((id, name) => eventById(id)!.fields.some((field) => field.name === name)),
    [],
  );
});
