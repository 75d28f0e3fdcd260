import assert from "node:assert/strict";
import { eventById } from "../../src/schema/mod.ts";
import { gives, isFilled, RECORDED_IDS, strayNames } from "./windows_fields.ts";

Deno.test("what the tables name are fields of the event", () => {
  assert.deepEqual(
    strayNames((id, name) => eventById(id)!.fields.some((field) => field.name === name)),
    [],
  );
});

Deno.test("audited processes have the fields that their record has", () => {
  assert.ok(gives("own log", 1) && gives("own log", 21) && !gives("own log", 7));
  assert.ok(isFilled("own log", 1, "ParentImage") && !isFilled("own log", 1, "ProcessGuid"));
  assert.ok(RECORDED_IDS.includes(19) && !RECORDED_IDS.includes(24));
});
