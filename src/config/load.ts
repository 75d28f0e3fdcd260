/** Bytes of a configuration file -> Config and diagnostics. */
import {
  formatVersion,
  NEWEST_VERSION,
  OLDEST_CONFIGURATION_VERSION,
  type VersionNumber,
} from "../schema/versions.ts";
import { checkAttributes, checkNoText, type ReadContext, writtenVersion } from "./context.ts";
import { type Diagnostic, diagnosticAt, quote, Reporter } from "./diagnostics.ts";
import { decode } from "./encoding.ts";
import { EntryReader } from "./entries.ts";
import { FilteringReader } from "./filtering.ts";
import type { Config } from "./model.ts";
import type { ConfigNode } from "./node.ts";
import { languageOf, parseDocument } from "./parse.ts";
import { warnOfQuirks } from "./quirks.ts";
import { applyRuleEntries } from "./rule_entries.ts";
import { parseSchemaVersion } from "./schema_version.ts";
import { SourceText } from "./source.ts";
import { childElements, nameOf } from "./tree.ts";

/** How a configuration is read. */
export interface LoadOptions {
  /** Take what Sysmon for Linux's permissive reader takes; what it skips becomes a warning. */
  readonly permissive?: boolean;
}

/** A configuration, absent when there are errors, and everything worth telling about the file. */
export interface LoadResult {
  readonly config?: Config;
  readonly diagnostics: readonly Diagnostic[];
}

const NEWEST = Math.max(NEWEST_VERSION.linux.number, NEWEST_VERSION.windows.number);
/** The newest that both systems have: what most people need. */
const COMMON = 490;

/**
 * Reads a Sysmon configuration (config-semantics sections 1 to 3) in XML or YAML. Never throws for bad input:
 * whatever is wrong with the file is a diagnostic of severity `error`, and `config` is absent.
 * `fileName` names the file in diagnostics; its extension tells the language, else the content does.
 */
export function loadConfig(
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions = {},
): LoadResult {
  const permissive = options.permissive ?? false;
  const decoded = decode(bytes, permissive);
  const placed = decoded.problems.map(({ severity, code, message, textBefore, found }) => {
    const near = new SourceText(fileName, decoded.text ?? textBefore + found);
    const offset = new SourceText(fileName, textBefore).text.length;
    const place = { offset, end: offset + found.length };
    return diagnosticAt(near, place, severity, code, message);
  });
  if (decoded.text === undefined) return { diagnostics: placed };
  const source = new SourceText(fileName, decoded.text);
  const reporter = new Reporter(source, permissive);
  const config = readText(source, reporter, permissive);
  const diagnostics = [...placed, ...reporter.finish()];
  return reporter.hasErrors ? { diagnostics } : { config, diagnostics };
}

function readText(
  source: SourceText,
  reporter: Reporter,
  permissive: boolean,
): Config | undefined {
  const language = languageOf(source);
  const { document, problems } = parseDocument(source, { permissive, language });
  for (const { code, offset, end, message, help } of problems) {
    reporter.error(code, end === undefined ? offset : { offset, end }, message, help);
  }
  if (document === undefined) return undefined;
  const { root } = document;
  if (root.name !== "Sysmon") {
    reporter.error(
      "MON020",
      nameOf(root),
      `the root element must be <Sysmon>, not ${quote(root.name)}`,
    );
    return undefined;
  }
  const context = { source, language, reporter, permissive };
  const schemaVersion = readSchemaVersion({ ...context, schemaVersion: NEWEST }, root);
  return readRoot({ ...context, schemaVersion }, root);
}

/** An unusable version is reported and read as the newest, so that other problems are found too. */
function readSchemaVersion(context: ReadContext, root: ConfigNode): VersionNumber {
  const { reporter } = context;
  const given = root.attributes.get("schemaversion");
  const parsed = given && parseSchemaVersion(given.text);
  if (given === undefined || parsed === undefined) {
    reporter.error(
      "MON021",
      given ?? nameOf(root),
      given === undefined
        ? "<Sysmon> has no schemaversion"
        : `${quote(given.text)} is not a schema version`,
      `write a version from ${formatVersion(OLDEST_CONFIGURATION_VERSION)} to ` +
        `${formatVersion(NEWEST)}, such as ${writtenVersion(context, COMMON)}`,
    );
    return NEWEST;
  }
  const { version, trailingText } = parsed;
  if (version < OLDEST_CONFIGURATION_VERSION) {
    reporter.error(
      "MON022",
      given,
      `schema version ${formatVersion(version)} is not supported`,
      `the oldest is ${formatVersion(OLDEST_CONFIGURATION_VERSION)}, ` +
        `the newest ${formatVersion(NEWEST)}`,
    );
    return NEWEST;
  }
  if (version > NEWEST) {
    reporter.warn(
      "MON023",
      given,
      `schema version ${formatVersion(version)} is newer than ${formatVersion(NEWEST)}; ` +
        "the file is read as the latter",
    );
  }
  if (trailingText) {
    reporter.warn(
      "MON024",
      given,
      `schemaversion ${quote(given.text)} is read as ${formatVersion(version)}`,
    );
  }
  return version;
}

function readRoot(context: ReadContext, root: ConfigNode): Config {
  checkAttributes(context, root, ["schemaversion"]);
  checkNoText(context, root);
  const entries = new EntryReader(context);
  const filtering = new FilteringReader(context);
  for (const child of childElements(root)) {
    if (child.name === "EventFiltering") filtering.add(child);
    else entries.add(child);
  }
  const config: Config = {
    source: context.source,
    schemaVersion: context.schemaVersion,
    options: entries.finish(),
    elements: applyRuleEntries(context, filtering.elements, entries.ruleEntries()),
  };
  warnOfQuirks(config, context.reporter);
  return config;
}
