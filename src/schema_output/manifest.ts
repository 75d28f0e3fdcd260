/** Schema versions as Sysmon's `-s` prints them, repaired where Sysmon's output is not well-formed. */
import {
  DEFAULT_OPERATOR,
  eventsOf,
  operatorsOf,
  type OptionDefinition,
  optionsOf,
  type SchemaVersion,
  type VersionedEvent,
} from "../schema/mod.ts";
import { element, tag } from "./markup.ts";
import { IN_TYPES, OUT_TYPES } from "./types.ts";

/** The options that Sysmon prints. */
export function printedOptions(version: SchemaVersion): readonly OptionDefinition[] {
  return optionsOf(version).filter((option) => !option.internal);
}

/** One manifest, or several inside of `<manifests>`. */
export function printManifests(versions: readonly SchemaVersion[]): string {
  if (versions.length === 1) return manifestLines(versions[0]).join("\n");
  return element("manifests", {}, ...versions.flatMap(manifestLines)).join("\n");
}

function manifestLines(version: SchemaVersion): string[] {
  const options = printedOptions(version);
  return element(
    "manifest",
    { schemaversion: version.text, binaryversion: version.binaryVersion },
    ...element(
      "configuration",
      {},
      ...element(
        "options",
        {},
        "<!-- Command-line only options -->",
        ...options.filter((option) => option.commandLineOnly).map(optionLine),
        "<!-- Configuration file -->",
        ...options.filter((option) => !option.commandLineOnly).map(optionLine),
      ),
      `<filters default="${DEFAULT_OPERATOR}">${operatorsOf(version).join(",")}</filters>`,
    ),
    ...element("events", {}, ...eventsOf(version).flatMap(eventLines)),
  );
}

function optionLine(option: OptionDefinition): string {
  return tag("option", {
    switch: option.switch ?? undefined,
    name: option.name,
    argument: option.argument,
    noconfig: option.commandLineOnly && "true",
    rule: option.rule && "true",
    exclusive: option.exclusive && "true",
  }, true);
}

function eventLines(event: VersionedEvent): string[] {
  return element(
    "event",
    {
      name: event.key,
      value: String(event.id),
      level: event.level,
      template: event.title,
      rulename: event.tag ?? undefined,
      ruledefault: event.ruleDefault ?? undefined,
      version: String(event.version),
    },
    ...event.fields.map((field) =>
      tag("data", {
        name: field.name,
        inType: IN_TYPES[field.type],
        outType: OUT_TYPES[field.type],
      }, true)
    ),
  );
}
