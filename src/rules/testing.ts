/** Events and configurations for tests of the rules. */
import assert from "node:assert/strict";
import { formatDiagnostic, loadConfig, type LoadOptions } from "../config/mod.ts";
import type { Config } from "../config/model.ts";
import type { Event, FieldValue, Origin } from "../events/event.ts";
import { eventById } from "../schema/events.ts";

/** Rules mean the same then wherever the tests run. */
const SOMEWHERE: Origin = { computer: "somewhere", system: "linux" };

/** An event with these fields; all others hold `-`. */
export function makeEvent(id: number, fields: Readonly<Record<string, FieldValue>>): Event {
  const definition = eventById(id);
  assert.ok(definition, `event ${id} exists`);
  for (const name of Object.keys(fields)) {
    assert.ok(definition.fieldIndex.has(name), `event ${id} has the field ${name}`);
  }
  const values = definition.fields.map((field) => fields[field.name] ?? "-");
  return { definition, values, time: 0, recordId: 0, origin: SOMEWHERE };
}

/** Loads XML that must be valid. */
export function loadText(xml: string, options: LoadOptions = {}): Config {
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(xml), "test.xml", options);
  assert.ok(config, diagnostics.map(formatDiagnostic).join("\n"));
  return config;
}

/** The XML of a configuration with this inside EventFiltering. */
export function inFiltering(xml: string, schemaVersion = "4.90"): string {
  return `<Sysmon schemaversion="${schemaVersion}"><EventFiltering>${xml}</EventFiltering></Sysmon>`;
}

/** A configuration with this inside EventFiltering. */
export function filtering(xml: string, schemaVersion?: string, options: LoadOptions = {}): Config {
  return loadText(inFiltering(xml, schemaVersion), options);
}
