/** Which event of a series an event element is bound to (config-semantics E4). */
import { eventsByTag } from "../schema/events.ts";
import { fieldSince, tagSince } from "../schema/history.ts";
import type { EventDefinition } from "../schema/types.ts";
import { formatVersion } from "../schema/versions.ts";
import type { ReadContext } from "./context.ts";
import { quote } from "./diagnostics.ts";
import { hint } from "./suggest.ts";
import { childElements, type XmlElement } from "./xml.ts";

/** Whether a child of an event element is a `<Rule>`. */
export function isRule(context: ReadContext, element: XmlElement): boolean {
  return element.name === "Rule" ||
    (context.permissive && element.name.toLowerCase() === "rule");
}

/**
 * Binds to the first event of the series that has all fields used, also those inside Rules. Reports
 * unknown fields; undefined when the element cannot be used.
 */
export function bindElement(
  context: ReadContext,
  element: XmlElement,
): EventDefinition | undefined {
  const series = eventsByTag(element.name);
  const fields = fieldElements(context, element);
  let allKnown = true;
  for (const field of fields) {
    if (!checkField(context, element.name, field)) allKnown = false;
  }
  if (!allKnown) return undefined;
  const event = series.find((candidate) => fields.every((f) => candidate.fieldIndex.has(f.name)));
  if (event !== undefined) return event;
  const names = [...new Set(fields.map((field) => field.name))].join(", ");
  context.reporter.refuse(
    "MON043",
    element.start,
    `no single ${element.name} event has all of these fields: ${names}; use two elements`,
  );
  return undefined;
}

function fieldElements(context: ReadContext, element: XmlElement): XmlElement[] {
  return childElements(element).flatMap((child) =>
    isRule(context, child) ? childElements(child) : [child]
  );
}

function checkField(context: ReadContext, tag: string, field: XmlElement): boolean {
  const { reporter, schemaVersion, permissive } = context;
  const since = fieldSince(tag, field.name);
  if (since === undefined && field.name === "Rule") {
    reporter.refuse("MON037", field.start, "<Rule> cannot stand inside another <Rule>");
    return false;
  }
  if (since === undefined) {
    reporter.refuse("MON041", field.start, () => {
      const names = eventsByTag(tag).flatMap((event) => event.fields.map((f) => f.name));
      return `${tag} has no field ${quote(field.name)}${hint(field.name, names)}` +
        (permissive ? `: the <${tag}> element is ignored` : "");
    });
    return false;
  }
  const tagIsKnown = tagSince(tag)! <= schemaVersion;
  if (!permissive && tagIsKnown && since > schemaVersion) {
    reporter.error(
      "MON042",
      field.start,
      `${tag} has the field ${field.name} only since schemaversion ${formatVersion(since)}, ` +
        `the file says ${formatVersion(schemaVersion)}`,
    );
  }
  return true;
}
