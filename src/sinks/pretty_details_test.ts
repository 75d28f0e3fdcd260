import assert from "node:assert/strict";
import { EVENTS } from "../schema/mod.ts";
import { detailsOf } from "./pretty_details.ts";

Deno.test("every event's details show fields that it has", () => {
  for (const definition of EVENTS) {
    const details = detailsOf(definition)(definition.fields.map(({ name }) => `<${name}>`));
    // Every field holds its name: a lone dash would stand for a field that does not exist.
    assert.doesNotMatch(details, /(^| |:)-( |$)|undefined/, `${definition.id}: ${details}`);
    if (definition.name !== "ProcessTerminate") assert.match(details, /<\w+>/);
  }
});
