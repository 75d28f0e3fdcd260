/** Configuration entries, command-line switches and condition operators, with their history. */
import type { SchemaVersion } from "./versions.ts";
import { versionNumber } from "./versions.ts";

/** One entry of the manifest's option list. */
export interface OptionDefinition {
  readonly name: string;
  /** Switch without its dash, or null. */
  readonly switch: string | null;
  readonly argument: "none" | "optional" | "required";
  /** The option switches an event on (`-n`, `-l`). */
  readonly rule?: true;
  readonly commandLineOnly?: true;
  readonly exclusive?: true;
  /** Element valid directly under `<Sysmon>` where a DTD checks the file, and what it holds. */
  readonly element?: { readonly name: string; readonly content: "empty" | "text" };
  /** Build-internal: never printed by Windows Sysmon and unknown to its DTD. */
  readonly internal?: true;
}

interface OptionRow extends OptionDefinition {
  readonly since: string;
  readonly until?: string;
  readonly platform?: "windows";
  readonly missingIn?: readonly string[];
}

function textElement(name: string): { element: OptionDefinition["element"] } {
  return { element: { name, content: "text" } };
}

const EMPTY = "empty" as const;
const COMMAND = { commandLineOnly: true } as const;
const EXCLUSIVE = { commandLineOnly: true, exclusive: true } as const;
const COPY_ON_DELETE = { since: "2.0", until: "4.30" } as const;
const INTERNAL = {
  argument: "required",
  internal: true,
  missingIn: ["windows-4.82", "windows-4.90", "windows-4.91"],
} as const;

const OPTION_ROWS: readonly OptionRow[] = [
  { name: "Install", switch: "i", argument: "optional", ...EXCLUSIVE, since: "2.0" },
  { name: "Configuration", switch: "c", argument: "optional", ...EXCLUSIVE, since: "2.0" },
  { name: "UnInstall", switch: "u", argument: "optional", ...EXCLUSIVE, since: "2.0" },
  { name: "Manifest", switch: "m", argument: "none", ...EXCLUSIVE, since: "2.0" },
  { name: "ClipboardInstance", switch: "z", argument: "required", ...EXCLUSIVE, since: "2.0" },
  { name: "DebugMode", switch: "t", argument: "optional", ...COMMAND, since: "2.0" },
  {
    name: "BTF",
    switch: "btf",
    argument: "optional",
    ...COMMAND,
    since: "4.81",
    missingIn: ["windows-4.82"],
  },
  { name: "Service", switch: "service", argument: "none", ...COMMAND, since: "4.70" },
  {
    name: "PrintSchema",
    switch: "s",
    argument: "none",
    ...EXCLUSIVE,
    since: "3.2",
    until: "4.0",
    missingIn: ["3.3"],
  },
  { name: "PrintSchema", switch: "s", argument: "optional", ...EXCLUSIVE, since: "4.0" },
  { name: "NoLogo", switch: "nologo", argument: "none", ...COMMAND, since: "2.0" },
  { name: "AcceptEula", switch: "accepteula", argument: "none", ...COMMAND, since: "2.0" },
  { name: "ConfigDefault", switch: "-", argument: "none", ...COMMAND, since: "2.0" },
  {
    name: "ArchiveDirectory",
    switch: "a",
    argument: "required",
    ...textElement("ArchiveDirectory"),
    since: "2.0",
  },
  {
    name: "CaptureClipboard",
    switch: null,
    argument: "none",
    element: { name: "CaptureClipboard", content: EMPTY },
    since: "2.0",
  },
  {
    name: "DriverName",
    switch: "d",
    argument: "required",
    ...textElement("DriverName"),
    since: "2.0",
  },
  { name: "DnsQuery", switch: "dns", argument: "optional", rule: true, since: "4.21" },
  {
    name: "CopyOnDelete_PE",
    switch: "e",
    argument: "none",
    element: { name: "CopyOnDelete_PE", content: EMPTY },
    ...COPY_ON_DELETE,
  },
  {
    name: "CopyOnDelete_SIDs",
    switch: "f",
    argument: "required",
    ...textElement("CopyOnDelete_SIDs"),
    ...COPY_ON_DELETE,
  },
  {
    name: "PipeMonitoring",
    switch: "g",
    argument: "required",
    rule: true,
    ...textElement("PipeMonitoringConfig"),
    since: "3.3",
  },
  {
    name: "HashAlgorithms",
    switch: "h",
    argument: "required",
    ...textElement("HashAlgorithms"),
    since: "2.0",
  },
  {
    name: "DnsLookup",
    switch: null,
    argument: "required",
    ...textElement("DnsLookup"),
    since: "4.30",
  },
  {
    name: "DriverQueueSize",
    switch: null,
    argument: "required",
    ...textElement("DriverQueueSize"),
    since: "4.91",
    platform: "windows",
  },
  {
    name: "SigningQueueSize",
    switch: null,
    argument: "required",
    ...textElement("SigningQueueSize"),
    since: "4.91",
    platform: "windows",
  },
  {
    name: "CopyOnDelete_Extensions",
    switch: "j",
    argument: "required",
    ...textElement("CopyOnDelete_Extensions"),
    ...COPY_ON_DELETE,
  },
  {
    name: "ProcessAccess",
    switch: "k",
    argument: "required",
    rule: true,
    since: "2.0",
    until: "3.10",
  },
  {
    name: "ProcessAccess",
    switch: "k",
    argument: "required",
    rule: true,
    ...textElement("ProcessAccessConfig"),
    since: "3.10",
  },
  { name: "ImageLoad", switch: "l", argument: "optional", rule: true, since: "2.0" },
  { name: "NetworkConnect", switch: "n", argument: "optional", rule: true, since: "2.0" },
  {
    name: "CopyOnDelete_Processes",
    switch: "p",
    argument: "required",
    ...textElement("CopyOnDelete_Processes"),
    ...COPY_ON_DELETE,
  },
  {
    name: "CheckRevocation",
    switch: "r",
    argument: "optional",
    ...textElement("CheckRevocation"),
    since: "3.10",
  },
  { name: "ServiceArchiveDirectory", switch: "s", ...INTERNAL, since: "2.0" },
  { name: "InternalRepresentation", switch: "x", ...INTERNAL, since: "4.50" },
  { name: "OutputRules", switch: "y", ...INTERNAL, since: "4.50" },
  { name: "TraceEvents", switch: null, ...INTERNAL, since: "4.50" },
  {
    name: "FieldSizes",
    switch: null,
    argument: "required",
    ...textElement("FieldSizes"),
    since: "4.81",
  },
];

/** Options of one schema version, in the order of the newest manifest. */
export function optionsOf(version: SchemaVersion): readonly OptionDefinition[] {
  return OPTION_ROWS.filter((row) =>
    versionNumber(row.since) <= version.number &&
    (row.until === undefined || version.number < versionNumber(row.until)) &&
    (row.platform === undefined || row.platform === version.platform) &&
    !row.missingIn?.includes(version.name)
  );
}

/** A configuration entry: an element directly under `<Sysmon>`. */
export interface EntryDefinition {
  readonly name: string;
  readonly option: string;
  readonly content: "empty" | "text";
  readonly since: number;
  /** First version that no longer has it; Infinity while it lives. */
  readonly until: number;
}

/** Every element that some schema version allows directly under `<Sysmon>`, by element name. */
export const ENTRIES: ReadonlyMap<string, EntryDefinition> = new Map(
  OPTION_ROWS.flatMap((row) =>
    row.element === undefined ? [] : [[row.element.name, {
      name: row.element.name,
      option: row.name,
      content: row.element.content,
      since: versionNumber(row.since),
      until: row.until === undefined ? Infinity : versionNumber(row.until),
    }]]
  ),
);

/** Names of all options, old and new, that are not for the command line alone. */
export const CONFIGURABLE_OPTIONS: ReadonlySet<string> = new Set(
  OPTION_ROWS.filter((row) => !row.commandLineOnly && !row.internal).map((row) => row.name),
);

const OPERATOR_ROWS = [
  ["is", "2.0"],
  ["is not", "2.0"],
  ["contains", "2.0"],
  ["contains any", "4.22"],
  ["is any", "4.31"],
  ["contains all", "4.22"],
  ["excludes", "2.0"],
  ["excludes any", "4.23"],
  ["excludes all", "4.23"],
  ["begin with", "2.0"],
  ["not begin with", "4.70"],
  ["end with", "2.0"],
  ["not end with", "4.70"],
  ["less than", "2.0"],
  ["more than", "2.0"],
  ["image", "2.0"],
] as const;

/** A condition operator, as Sysmon spells it. */
export type Operator = (typeof OPERATOR_ROWS)[number][0];

/** All operators, in manifest order. */
export const OPERATORS: readonly Operator[] = OPERATOR_ROWS.map(([name]) => name);

/** Operators that take a list of values. */
export const LIST_OPERATORS = [
  "is any",
  "contains any",
  "contains all",
  "excludes any",
  "excludes all",
] as const satisfies readonly Operator[];

/** An operator that takes a list of values. */
export type ListOperator = (typeof LIST_OPERATORS)[number];

/** Whether this is one of them, spelled as Sysmon does. */
export function isListOperator(operator: string): operator is ListOperator {
  return (LIST_OPERATORS as readonly string[]).includes(operator);
}

/** The operator of a condition that names none. */
export const DEFAULT_OPERATOR: Operator = "is";

/** Operators of one schema version, in manifest order. */
export function operatorsOf(version: SchemaVersion): readonly Operator[] {
  return OPERATOR_ROWS
    .filter(([, since]) => versionNumber(since) <= version.number)
    .map(([name]) => name);
}
