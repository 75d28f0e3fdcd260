/** `monomi schema [VERSION|all]`: which events, fields, operators and options a version has. */
import { escapeUnprintable } from "../config/mod.ts";
import { yamlJsonSchema } from "../config/yaml/schema.ts";
import {
  eventProvider,
  findVersions,
  NEWEST_VERSION,
  OLDEST_CONFIGURATION_VERSION,
  SCHEMA_VERSIONS,
  type SchemaVersion,
} from "../schema/mod.ts";
import {
  eventLibrary,
  printEventManifest,
  printJson,
  printManifests,
  printMarkdown,
  printXsd,
} from "../schema_output/mod.ts";
import { identity, identityOf } from "../service/identity.ts";
import type { Command } from "./command.ts";
import { dropPermissions } from "./permissions.ts";
import { Exit, Failure, readArguments, UsageError } from "./usage.ts";

type Format = "json" | "xsd" | "markdown";

const PRINTERS: Readonly<Record<Format, (versions: readonly SchemaVersion[]) => string>> = {
  json: (versions) => printJson(versions.toReversed()),
  xsd: (versions) => printXsd(forConfigurations(versions)),
  markdown: (versions) => printMarkdown(forConfigurations(versions)),
};

const NO_VERSION = "the event log takes no version: events are written as the newest has them";

function printSchema(args: string[]): number {
  const { name, programDirectory } = identityOf(identity().name, "windows");
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      xsd: { type: "boolean" },
      markdown: { type: "boolean" },
      "json-schema": { type: "boolean" },
      eventlog: { type: "boolean" },
      "eventlog-library": { type: "string" },
    },
  });
  const [wanted] = positionals;
  if (positionals.length > 1) throw new UsageError("more than one version is given");
  const { "json-schema": jsonSchema, eventlog, "eventlog-library": library, ...formats } = values;
  const given = Object.keys(formats) as Format[];
  if (given.length + [jsonSchema, eventlog, library].filter(Boolean).length > 1) {
    throw new UsageError("more than one format is asked for");
  }
  if (library !== undefined) {
    if (wanted !== undefined) throw new UsageError(NO_VERSION);
    writeNew(library, eventLibrary(eventProvider(name)));
    return Exit.OK;
  }
  dropPermissions();
  if (jsonSchema) {
    if (wanted !== undefined) {
      throw new UsageError("--json-schema takes no version: one schema describes them all");
    }
    console.log(JSON.stringify(yamlJsonSchema(), null, 2));
    return Exit.OK;
  }
  if (eventlog) {
    if (wanted !== undefined) throw new UsageError(NO_VERSION);
    console.log(printEventManifest(eventProvider(name), `${programDirectory}\\${name}-events.dll`));
    return Exit.OK;
  }
  const versions = selectVersions(wanted);
  if (versions.length === 0) {
    const names = SCHEMA_VERSIONS.map((version) => version.name).join(", ");
    console.error(`There is no schema that matches that version. There are: ${names}`);
    return Exit.NO;
  }
  const [format] = given;
  console.log(format ? PRINTERS[format](versions) : printManifests(versions.toReversed()));
  return Exit.OK;
}

/** @throws {Failure} also when there is something of this name. */
function writeNew(path: string, bytes: Uint8Array): void {
  try {
    Deno.writeFileSync(path, bytes, { createNew: true });
  } catch (error) {
    const reason = error instanceof Deno.errors.AlreadyExists
      ? "it exists; remove it first"
      : (error as Error).message;
    throw new Failure(`cannot write ${escapeUnprintable(path)}: ${reason}`, Exit.COULD_NOT_RUN);
  }
}

/** Oldest first, none for an unknown one. Where both systems have a version of that number: this system's. */
function selectVersions(wanted: string | undefined): readonly SchemaVersion[] {
  const system = Deno.build.os === "windows" ? "windows" : "linux";
  if (wanted === undefined) return [NEWEST_VERSION[system]];
  if (wanted.toLowerCase() === "all") return SCHEMA_VERSIONS;
  const found = findVersions(wanted);
  if (found.length === 0) return [];
  return [found.find(({ platform }) => platform === system) ?? found[0]];
}

/** Of several, those that a configuration may name. */
function forConfigurations(versions: readonly SchemaVersion[]): readonly SchemaVersion[] {
  if (versions.length === 1) return versions;
  return versions.filter(({ number }) => number >= OLDEST_CONFIGURATION_VERSION);
}

/** The command. */
export const schema: Command = {
  name: "schema",
  group: "reference",
  summary: "print events, fields and operators of a schema version",
  help: `usage: monomi schema [FORMAT] [VERSION|all]

Prints a schema version (4.81, windows-4.90 …), or all of them; without one the newest of this
system. Where Linux and Windows have different versions of one number, this system's is meant.

formats, instead of Sysmon's manifest:
  --json         a list with an object a version
  --xsd          an XML Schema, with which editors complete and validate configurations
  --markdown     a reference of events, fields and operators
  --json-schema  a JSON Schema of configurations in YAML; it knows all versions
  --eventlog     the manifest by which Windows knows the events of the sink xml:eventlog
  --eventlog-library FILE
                 writes, into a new file, the library that Windows shows these events by

\`monomi schema all --xsd\` accepts what \`monomi check\` accepts, whatever version a file names.

exit codes: 0 printed, 1 there is no such version, 2 wrong usage`,
  run: printSchema,
};
