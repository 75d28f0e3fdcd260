/** A configuration as Sysmon prints it (config-semantics 7.5). */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Combination, Condition, Config } from "../config/model.ts";
import { EVENT_TAGS } from "../schema/events.ts";
import { formatVersion } from "../schema/versions.ts";

/** Sysmon cuts the names of Rules here. */
const RULE_NAME_LENGTH = 32;

/**
 * Sysmon's layout, tags in the order of the manifest. Unlike Sysmon's it has every element (Q15), and
 * characters that a terminal would obey are escaped.
 */
export function renderAsSysmon(config: Config): string {
  const { elements, options, schemaVersion } = config;
  if (elements.length === 0) return "No rules installed";
  const lines: string[] = [];
  const fieldSizes = options.entries.findLast(({ name }) => name === "FieldSizes");
  if (fieldSizes !== undefined) {
    lines.push(" - Field Sizes:".padEnd(34) + escapeUnprintable(fieldSizes.text));
  }
  lines.push("", `Rule configuration (version ${formatVersion(schemaVersion)}):`);
  let rules = 0;
  for (const tag of EVENT_TAGS) {
    for (const element of elements.filter((each) => each.tag === tag)) {
      const combination = `combine rules using '${word(element.combination)}'`;
      lines.push(` - ${tag.padEnd(34)} onmatch: ${element.onmatch}   ${combination}`);
      for (const item of element.items) {
        if (item.kind === "condition") {
          lines.push(`\t${conditionLine(item)}`);
          continue;
        }
        rules++;
        const name = item.name?.text || String(rules).padStart(4, "0");
        const title = escapeUnprintable(name.slice(0, RULE_NAME_LENGTH));
        lines.push(`\tCompound Rule ${title}   combine using ${word(item.combination)}`);
        lines.push(...item.conditions.map((condition) => `\t    ${conditionLine(condition)}`));
      }
    }
  }
  return lines.join("\n");
}

function conditionLine({ field, operator, value }: Condition): string {
  const text = escapeUnprintable(value);
  return `${field.padEnd(30)} filter: ${operator.padEnd(12)} value: '${text}'`;
}

function word(combination: Combination): string {
  return combination === "or" ? "Or" : "And";
}
