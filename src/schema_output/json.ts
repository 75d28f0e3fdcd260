/** Schema versions as JSON. */
import { eventsOf, operatorsOf, type SchemaVersion } from "../schema/mod.ts";
import { printedOptions } from "./manifest.ts";
import { IN_TYPES, OUT_TYPES } from "./types.ts";

/** A list with an object a version. */
export function printJson(versions: readonly SchemaVersion[]): string {
  return JSON.stringify(versions.map(describe), null, 2);
}

function describe(version: SchemaVersion): unknown {
  return {
    schemaVersion: version.text,
    platform: version.platform,
    binaryVersion: version.binaryVersion,
    options: printedOptions(version).map((option) => ({
      name: option.name,
      switch: option.switch,
      argument: option.argument,
      element: option.element?.name ?? null,
    })),
    operators: operatorsOf(version),
    events: eventsOf(version).map((event) => ({
      id: event.id,
      name: event.key,
      title: event.title,
      tag: event.tag,
      version: event.version,
      level: event.level,
      ruleDefault: event.ruleDefault,
      fields: event.fields.map((field) => ({
        name: field.name,
        inType: IN_TYPES[field.type],
        outType: OUT_TYPES[field.type] ?? null,
      })),
    })),
  };
}
