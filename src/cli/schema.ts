/** `monomi schema [VERSION|all]`: which events, fields, operators and options a version has. */
import { parseArgs } from "node:util";
import { escapeUnprintable } from "../config/diagnostics.ts";
import {
  DEFAULT_OPERATOR,
  eventsOf,
  type FieldHistory,
  findVersions,
  NEWEST_VERSION,
  operatorsOf,
  type OptionDefinition,
  optionsOf,
  SCHEMA_VERSIONS,
  type SchemaVersion,
  type VersionedEvent,
} from "../schema/mod.ts";
import type { Command } from "./command.ts";
import { dropPermissions } from "./permissions.ts";

const USAGE = "usage: monomi schema [--json] [VERSION|all]   (such as 4.81 or windows-4.90)";

const IN_TYPES: Readonly<Record<FieldHistory["type"], string>> = {
  string: "win:UnicodeString",
  uint16: "win:UInt16",
  uint32: "win:UInt32",
  uint64: "win:UInt64",
  hexint32: "win:HexInt32",
  hexint64: "win:HexInt64",
  boolean: "win:Boolean",
  guid: "win:GUID",
  pointer: "win:Pointer",
  pid: "win:UInt32",
};
const OUT_TYPES: Readonly<Partial<Record<FieldHistory["type"], string>>> = {
  string: "xs:string",
  pid: "win:PID",
};

/**
 * Prints schema versions as Sysmon's manifest XML, or with `--json` as a list of objects. Without a
 * version: the newest of this system. Returns 0, 1 when there is no such version, 2 for wrong usage.
 */
function printSchema(args: string[]): number {
  dropPermissions();
  let json: boolean;
  let wanted: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean" } },
    });
    if (positionals.length > 1) throw new TypeError("more than one version is given");
    json = values.json ?? false;
    [wanted] = positionals;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const reason = escapeUnprintable(error.message.split("\n", 1)[0]);
    console.error(`monomi schema: ${reason}\n${USAGE}`);
    return 2;
  }
  const versions = selectVersions(wanted);
  if (versions.length === 0) {
    console.error(
      "There is no schema that matches that version. There are: " +
        SCHEMA_VERSIONS.map((version) => version.name).join(", "),
    );
    return 1;
  }
  console.log(json ? JSON.stringify(versions.map(describe), null, 2) : printManifests(versions));
  return 0;
}

/** Newest first. Where both systems have a version of that number, this system's comes first. */
function selectVersions(wanted: string | undefined): readonly SchemaVersion[] {
  const system = Deno.build.os === "windows" ? "windows" : "linux";
  if (wanted === undefined) return [NEWEST_VERSION[system]];
  if (wanted.toLowerCase() === "all") return SCHEMA_VERSIONS.toReversed();
  const found = findVersions(wanted);
  return found.filter((v) => v.platform === system).concat(
    found.filter((v) => v.platform !== system),
  ).slice(0, 1);
}

function printedOptions(version: SchemaVersion): readonly OptionDefinition[] {
  return optionsOf(version).filter((option) => !option.internal);
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

function printManifests(versions: readonly SchemaVersion[]): string {
  if (versions.length === 1) return manifestLines(versions[0]).join("\n");
  const lines = versions.flatMap(manifestLines).map((line) => `  ${line}`);
  return ["<manifests>", ...lines, "</manifests>"].join("\n");
}

function manifestLines(version: SchemaVersion): string[] {
  const options = printedOptions(version);
  return [
    tag("manifest", { schemaversion: version.text, binaryversion: version.binaryVersion }),
    "  <configuration>",
    "    <options>",
    "      <!-- Command-line only options -->",
    ...options.filter((option) => option.commandLineOnly).map(optionLine),
    "      <!-- Configuration file -->",
    ...options.filter((option) => !option.commandLineOnly).map(optionLine),
    "    </options>",
    `    <filters default="${DEFAULT_OPERATOR}">${operatorsOf(version).join(",")}</filters>`,
    "  </configuration>",
    "  <events>",
    ...eventsOf(version).flatMap(eventLines),
    "  </events>",
    "</manifest>",
  ];
}

function optionLine(option: OptionDefinition): string {
  return "      " + tag("option", {
    switch: option.switch ?? undefined,
    name: option.name,
    argument: option.argument,
    noconfig: option.commandLineOnly && "true",
    rule: option.rule && "true",
    exclusive: option.exclusive && "true",
  }, true);
}

function eventLines(event: VersionedEvent): string[] {
  return [
    "    " + tag("event", {
      name: event.key,
      value: String(event.id),
      level: event.level,
      template: event.title,
      rulename: event.tag ?? undefined,
      ruledefault: event.ruleDefault ?? undefined,
      version: String(event.version),
    }),
    ...event.fields.map((field) =>
      "      " +
      tag("data", {
        name: field.name,
        inType: IN_TYPES[field.type],
        outType: OUT_TYPES[field.type],
      }, true)
    ),
    "    </event>",
  ];
}

/** A start tag; the table's texts hold nothing that XML would have to escape. */
function tag(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  empty = false,
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${value}"`)
    .join("");
  return `<${name}${written}${empty ? " />" : ">"}`;
}

/** The command. */
export const schema: Command = {
  name: "schema",
  group: "reference",
  summary: "print events, fields and operators of a schema version",
  help: `usage: monomi schema [--json] [VERSION|all]

Prints a schema version (4.81, windows-4.90 …); without one the newest.`,
  run: printSchema,
};
