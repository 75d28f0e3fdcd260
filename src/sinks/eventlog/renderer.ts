/**
 * Events as lines for `native/windows/src/event_log`: number, version, level, then a text for each of
 * Sysmon's fields, in Sysmon's order.
 */
import { LineCode, perDefinition, type Renderer } from "../renderer.ts";

/** Ends a line. */
export const LINE_END = 0x1e;
const BETWEEN = "\x1f";
const CONTROL_PICTURES = 0x2400;
/**
 * What the XML that Windows makes of an event cannot hold, among it a zero, which would end the field, and
 * what divides lines here.
 */
// deno-lint-ignore no-control-regex
const NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Gives a renderer of such lines. Containers and who stopped the sensor are no fields of Sysmon's. */
export function eventLogRenderer(): Renderer {
  return perDefinition(({ id, version, level, fields }) => {
    const line = new LineCode([id, version, level].join(BETWEEN));
    for (const { index } of fields) line.text(BETWEEN).value(`text(v[${index}])`);
    return line.compile({ text });
  });
}

/** Controls become their control pictures, as in the format xml; what is no character U+FFFD. */
function text(value: string | number | boolean): string {
  return String(value).replace(NOT_IN_XML, visible);
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(CONTROL_PICTURES + code) : "\ufffd";
}
