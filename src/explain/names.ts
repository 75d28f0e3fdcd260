/** How elements, Rules and conditions are called in text for people. */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { type Style, value } from "./style.ts";

/** `sysmon.xml:12:5` of an offset. */
export function placeOf(config: Config, offset: number): string {
  const { line, column } = config.source.positionAt(offset);
  return `${escapeUnprintable(config.source.fileName)}:${line}:${column}`;
}

/** `ProcessCreate include (any item)`. */
export function elementName({ tag, onmatch, combination, groupName }: EventElement): string {
  const group = groupName?.text ? `, group ${label(groupName.text)}` : "";
  return `${tag} ${onmatch} (${combination}${group})`;
}

/** `Rule 'name' (and)`. */
export function ruleName({ name, combination, relationGiven }: RuleNode): string {
  const relation = relationGiven ? combination : `${combination}, not written`;
  return `Rule ${name?.text ? `${label(name.text)} ` : ""}(${relation})`;
}

/** `Image end with '\cmd.exe'`. */
export function conditionName(
  { field, operator, value: operand }: Condition,
  style: Style,
): string {
  return `${field} ${operator} ${value(operand, style)}`;
}

/** A name in quotes, escaped; Sysmon's names have at most 255 bytes, so it is never cut. */
export function label(name: string): string {
  return `'${escapeUnprintable(name)}'`;
}
