/** Entries such as HashAlgorithms from all inputs -> one of each. */
import { parseHashAlgorithms, quote } from "../config/mod.ts";
import { ENTRIES } from "../schema/options.ts";
import { formatVersion, type VersionNumber } from "../schema/versions.ts";
import type { EntryContribution } from "./collect.ts";
import { describePlace, type Findings } from "./findings.ts";
import type { MergeOptions } from "./types.ts";

/** An entry of the result and the inputs that agree on it. */
export interface JoinedEntry {
  readonly name: string;
  readonly value: string;
  /** The one whose value it is comes first. */
  readonly from: readonly EntryContribution[];
}

/** Joins entries that mean the same; others are conflicts unless one side is preferred. */
export function joinEntries(
  entries: readonly EntryContribution[],
  version: VersionNumber,
  prefer: MergeOptions["prefer"],
  findings: Findings,
): JoinedEntry[] {
  const byName = Map.groupBy(entries, ({ entry }) => entryName(entry.name));
  return [...byName].flatMap(([name, all]) => {
    if (!existsIn(name, all[0], version, findings)) return [];
    const chosen = prefer === "last" ? all.at(-1)! : all[0];
    const meaning = meaningOf(name, chosen.entry.text);
    const others = all.filter((other) => meaningOf(name, other.entry.text) !== meaning);
    for (const other of prefer === undefined ? others : []) {
      const message = `<${name}> is ${quote(other.entry.text)} here and ` +
        `${quote(chosen.entry.text)} at ${describePlace(placeOf(chosen))}`;
      findings.error("MON401", placeOf(other), message);
    }
    const agreeing = all.filter((one) => one !== chosen && !others.includes(one));
    return written(name, chosen, [chosen, ...agreeing]);
  });
}

/** The permissive profile takes `ProcessAccess` for `ProcessAccessConfig` and the like. */
function entryName(name: string): string {
  if (ENTRIES.has(name)) return name;
  return [...ENTRIES.values()].find(({ option }) => option === name)?.name ?? name;
}

function written(
  name: string,
  { entry, input }: EntryContribution,
  from: readonly EntryContribution[],
): JoinedEntry[] {
  if (ENTRIES.get(name)?.content !== "empty") return [{ name, value: entry.text, from }];
  const isOn = name !== "CaptureClipboard" || input.config.options.captureClipboard;
  return isOn ? [{ name, value: "", from }] : [];
}

function existsIn(
  name: string,
  contribution: EntryContribution,
  version: VersionNumber,
  findings: Findings,
): boolean {
  const definition = ENTRIES.get(name);
  if (definition === undefined) return true;
  if (version >= definition.until) {
    const message = `<${name}> no longer exists since schemaversion ` +
      `${formatVersion(definition.until)} and is left out`;
    findings.warn("MON409", placeOf(contribution), message);
    return false;
  }
  if (version < definition.since) {
    const message = `<${name}> needs schemaversion ${formatVersion(definition.since)} or newer, ` +
      `the result has ${formatVersion(version)}`;
    findings.error("MON402", placeOf(contribution), message);
  }
  return true;
}

function meaningOf(name: string, text: string): string {
  switch (name) {
    case "HashAlgorithms":
      return [...parseHashAlgorithms(text).algorithms ?? [text]].sort().join();
    case "CheckRevocation":
    case "DnsLookup":
      return text.trim().toLowerCase();
    default:
      return text;
  }
}

function placeOf({ input, entry }: EntryContribution) {
  return { input, offset: entry.offset };
}
