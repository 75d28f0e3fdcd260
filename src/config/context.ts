/** What every part of the reader needs, and the checks that they share. */
import { formatVersion, type VersionNumber } from "../schema/versions.ts";
import { quote, type Reporter } from "./diagnostics.ts";
import type { PlacedName } from "./model.ts";
import type { ConfigNode } from "./node.ts";
import type { Language } from "./parse.ts";
import type { SourceText } from "./source.ts";
import { didYouMean, oneOf } from "./suggest.ts";
import { NOT_BLANK, strayText, trimBlank } from "./tree.ts";

/** The reading of one file. */
export interface ReadContext {
  readonly source: SourceText;
  readonly language: Language;
  readonly reporter: Reporter;
  /** Take what Sysmon for Linux's permissive XML layer takes, with warnings. */
  readonly permissive: boolean;
  readonly schemaVersion: VersionNumber;
}

/** How this schema version is written in the configuration's language. */
export function writtenVersion({ language }: ReadContext, version: VersionNumber): string {
  const text = formatVersion(version);
  return language === "xml" ? `schemaversion="${text}"` : `schemaversion: ${text}`;
}

const NO_ATTRIBUTES = "it has no attributes";

function only(allowed: readonly string[]): string {
  return `it can have ${oneOf(allowed)}`;
}

/** Longest name of a rule, field or group, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** Refuses attributes other than those allowed. */
export function checkAttributes(
  context: ReadContext,
  element: ConfigNode,
  allowed: readonly string[],
): void {
  for (const [name, { nameOffset }] of element.attributes) {
    if (allowed.includes(name)) continue;
    context.reporter.refuse(
      "MON031",
      { offset: nameOffset, end: nameOffset + name.length },
      `unknown attribute ${quote(name)} of <${element.name}>`,
      () => didYouMean(name, allowed) ?? (allowed.length === 0 ? NO_ATTRIBUTES : only(allowed)),
    );
  }
}

/** Refuses text directly inside an element that holds only elements. */
export function checkNoText(context: ReadContext, element: ConfigNode): void {
  const stray = strayText(element);
  if (stray === undefined) return;
  const raw = context.source.text.slice(stray.offset, stray.end);
  const offset = stray.offset + Math.max(raw.search(NOT_BLANK), 0);
  context.reporter.refuse(
    "MON032",
    { offset, end: offset + trimBlank(raw).length },
    `text is not allowed directly inside <${element.name}>`,
  );
}

/**
 * The `name` attribute. An empty one on a Rule or field hides an outer name; on a RuleGroup, and
 * everywhere in the permissive profile, it counts as absent (config-semantics E7).
 */
export function nameAttribute(
  context: ReadContext,
  element: ConfigNode,
  emptyHides: boolean,
): PlacedName | undefined {
  const name = element.attributes.get("name");
  if (name === undefined) return undefined;
  if (name.text === "" && (context.permissive || !emptyHides)) return undefined;
  if (isTooLong(name.text)) {
    context.reporter.refuse(
      "MON046",
      name,
      `the name is longer than ${MAX_NAME_BYTES} bytes: ${quote(name.text)}`,
    );
  }
  return name;
}

/** Whether a name exceeds Sysmon's limit. */
export function isTooLong(name: string): boolean {
  if (name.length * 3 <= MAX_NAME_BYTES) return false;
  return name.length > MAX_NAME_BYTES || new TextEncoder().encode(name).length > MAX_NAME_BYTES;
}
