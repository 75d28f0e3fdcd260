/** Which event of a series an event element is bound to (config-semantics E4). */
import { EVENT_TAGS, eventsByTag } from "../schema/events.ts";
import { isAdditionalField } from "../schema/additional.ts";
import { fieldSince, tagSince } from "../schema/history.ts";
import type { EventDefinition } from "../schema/types.ts";
import { formatVersion } from "../schema/versions.ts";
import { type ReadContext, writtenVersion } from "./context.ts";
import { quote } from "./diagnostics.ts";
import type { ConfigNode } from "./node.ts";
import { languageOf } from "./parse.ts";
import { didYouMean, oneOf } from "./suggest.ts";
import { childElements, nameOf } from "./tree.ts";

/** Whether a child of an event element is a `<Rule>`. */
export function isRule(context: ReadContext, element: ConfigNode): boolean {
  return element.name === "Rule" ||
    (context.permissive && element.name.toLowerCase() === "rule");
}

/**
 * Binds to the first event of the series that has all fields used, also those inside Rules. Reports
 * unknown fields; undefined when the element cannot be used.
 */
export function bindElement(
  context: ReadContext,
  element: ConfigNode,
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
    nameOf(firstWithout(series, fields)),
    `no single ${element.name} event has all of these fields: ${names}`,
    "use two elements",
  );
  return undefined;
}

/** The first field that no event has together with those before it. */
function firstWithout(
  series: readonly EventDefinition[],
  fields: readonly ConfigNode[],
): ConfigNode {
  let left = series;
  return fields.find((field) => {
    left = left.filter((event) => event.fieldIndex.has(field.name));
    return left.length === 0;
  })!;
}

function fieldElements(context: ReadContext, element: ConfigNode): ConfigNode[] {
  return childElements(element).flatMap((child) =>
    isRule(context, child) ? childElements(child) : [child]
  );
}

function helpForField(tag: string, field: string): string | undefined {
  const names = eventsByTag(tag).flatMap((event) => event.fields.map((f) => f.name));
  const near = didYouMean(field, names);
  if (near !== undefined) return near;
  const owners = EVENT_TAGS.filter((other) => fieldSince(other, field) !== undefined);
  return owners.length === 0 ? undefined : `it is a field of ${oneOf(owners)}`;
}

function checkField(context: ReadContext, tag: string, field: ConfigNode): boolean {
  const { reporter, schemaVersion, permissive, source } = context;
  if (isAdditionalField(field.name) && eventsByTag(tag).some((e) => e.fieldIndex.has(field.name))) {
    if (languageOf(source) === "yaml") return true;
    reporter.refuse(
      "MON211",
      nameOf(field),
      `Sysmon has no field ${field.name}: only configurations in YAML can name it`,
      "monomi convert writes this file as YAML",
    );
    return false;
  }
  const since = fieldSince(tag, field.name);
  if (since === undefined && field.name === "Rule") {
    reporter.refuse("MON037", nameOf(field), "<Rule> cannot stand inside another <Rule>");
    return false;
  }
  if (since === undefined) {
    reporter.refuse(
      "MON041",
      nameOf(field),
      `${tag} has no field ${quote(field.name)}` +
        (permissive ? `: the <${tag}> element is ignored` : ""),
      () => helpForField(tag, field.name),
    );
    return false;
  }
  const tagIsKnown = tagSince(tag)! <= schemaVersion;
  if (!permissive && tagIsKnown && since > schemaVersion) {
    reporter.error(
      "MON042",
      nameOf(field),
      `${tag} has the field ${field.name} only since schemaversion ${formatVersion(since)}, ` +
        `the file says ${formatVersion(schemaVersion)}`,
      `write ${writtenVersion(context, since)} or remove the condition`,
    );
  }
  return true;
}
