/** What every part of the reader needs, and the checks that they share. */
import type { VersionNumber } from "../schema/versions.ts";
import { quote, type Reporter } from "./diagnostics.ts";
import type { PlacedName } from "./model.ts";
import type { SourceText } from "./source.ts";
import { hint } from "./suggest.ts";
import { attributePlace, strayTextOffset, type XmlElement } from "./xml.ts";

/** The reading of one file. */
export interface ReadContext {
  readonly source: SourceText;
  readonly reporter: Reporter;
  /** Take what Sysmon for Linux's permissive XML layer takes, with warnings. */
  readonly permissive: boolean;
  readonly schemaVersion: VersionNumber;
}

/** Longest name of a rule, field or group, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/** Refuses attributes other than those allowed. */
export function checkAttributes(
  context: ReadContext,
  element: XmlElement,
  allowed: readonly string[],
): void {
  for (const name of Object.keys(element.attributes)) {
    if (allowed.includes(name)) continue;
    const { name: offset } = attributePlace(context.source.text, element.start, name);
    context.reporter.refuse(
      "MON031",
      offset,
      `unknown attribute ${quote(name)} of <${element.name}>${hint(name, allowed)}`,
    );
  }
}

/** Refuses text directly inside an element that holds only elements. */
export function checkNoText(context: ReadContext, element: XmlElement): void {
  const offset = strayTextOffset(context.source.text, element);
  if (offset === -1) return;
  context.reporter.refuse(
    "MON032",
    offset,
    `text is not allowed directly inside <${element.name}>`,
  );
}

/** An attribute's value and the place of its first character, or undefined when absent. */
export function attribute(
  context: ReadContext,
  element: XmlElement,
  name: string,
): PlacedName | undefined {
  const text = element.attributes[name];
  if (text === undefined) return undefined;
  return {
    text,
    get offset() {
      return attributePlace(context.source.text, element.start, name).value;
    },
  };
}

/**
 * The `name` attribute. An empty one on a Rule or field hides an outer name; on a RuleGroup, and
 * everywhere in the permissive profile, it counts as absent (config-semantics E7).
 */
export function nameAttribute(
  context: ReadContext,
  element: XmlElement,
  emptyHides: boolean,
): PlacedName | undefined {
  const name = attribute(context, element, "name");
  if (name === undefined) return undefined;
  if (name.text === "" && (context.permissive || !emptyHides)) return undefined;
  if (isTooLong(name.text)) {
    context.reporter.refuse(
      "MON046",
      name.offset,
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
