/** Which parts of a field's text an operand was found in. */
import type { Operator } from "../schema/options.ts";
import { searchItems } from "../rules/operators.ts";
import { foldAscii } from "../rules/text.ts";

/** Offsets into a text; `end` is behind the last character. */
export type FoundSpan = readonly [start: number, end: number];

/**
 * Where `operand` occurs in `text` as the operator looks for it, negative operators too: for these it
 * is what kept them from matching. In order, without overlaps; empty where nothing occurs.
 */
export function foundIn(operator: Operator, operand: string, text: string): FoundSpan[] {
  const field = foldAscii(text);
  const wanted = foldAscii(operand);
  const at = (start: number, length: number): FoundSpan[] =>
    start === -1 || length === 0 ? [] : [[start, start + length]];
  const first = (item: string) => at(field.indexOf(item), item.length);
  switch (operator) {
    case "is":
    case "is not":
    case "image":
      return field === wanted ? at(0, field.length) : [];
    case "is any":
      return wanted.split(";").includes(field) ? at(0, field.length) : [];
    case "contains":
    case "excludes":
      return first(wanted);
    case "contains any":
    case "contains all":
    case "excludes any":
    case "excludes all":
      return merged(searchItems(wanted).flatMap(first));
    case "begin with":
    case "not begin with":
      return field.startsWith(wanted) ? at(0, wanted.length) : [];
    case "end with":
    case "not end with":
      return field.endsWith(wanted) ? at(field.length - wanted.length, wanted.length) : [];
    case "less than":
    case "more than":
      return [];
  }
}

function merged(spans: readonly FoundSpan[]): FoundSpan[] {
  const result: FoundSpan[] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) {
      result[result.length - 1] = [last[0], Math.max(last[1], end)];
    } else {
      result.push([start, end]);
    }
  }
  return result;
}
