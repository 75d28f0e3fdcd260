/** FieldSizes: cutting field texts after the rules have seen them (config-semantics T30). */
import type { Event } from "../events/event.ts";
import { EVENTS } from "../schema/events.ts";

const ERROR_EVENT = 255;
const ELLIPSIS = "...";

/** Cuts the texts of an event in place. */
export type ApplyFieldSizes = (event: Event) => void;

/**
 * Compiles sizes in UTF-8 bytes by field name. A longer text becomes its first bytes and `...`, never
 * with half a character; for sizes 1 and 2 it becomes `-`. Only text fields are cut, and event 255
 * never. Undefined when there is nothing to cut.
 */
export function compileFieldSizes(
  sizes: ReadonlyMap<string, number>,
): ApplyFieldSizes | undefined {
  if (sizes.size === 0) return undefined;
  const byEvent: { index: number; size: number }[][] = [];
  for (const event of EVENTS) {
    if (event.id === ERROR_EVENT) continue;
    byEvent[event.id] = event.fields
      .filter((field) => field.type === "string" && sizes.has(field.name))
      .map((field) => ({ index: field.index, size: sizes.get(field.name)! }));
  }
  return (event) => {
    const limits = byEvent[event.definition.id];
    if (limits === undefined) return;
    for (let i = 0; i < limits.length; i++) {
      const { index, size } = limits[i];
      const value = event.values[index];
      // A UTF-16 code unit has at most three bytes of UTF-8.
      if (typeof value === "string" && value.length * 3 > size) {
        event.values[index] = cutToBytes(value, size);
      }
    }
  };
}

function cutToBytes(text: string, size: number): string {
  const keep = size - ELLIPSIS.length;
  let bytes = 0;
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!;
    const width = codePoint > 0xffff ? 4 : codePoint > 0x7ff ? 3 : codePoint > 0x7f ? 2 : 1;
    bytes += width;
    at += width === 4 ? 2 : 1;
    if (bytes <= keep) kept = at;
    if (bytes > size) return keep < 0 ? "-" : text.slice(0, kept) + ELLIPSIS;
  }
  return text;
}
