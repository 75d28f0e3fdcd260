/** One line about a recorded event: what tells it from others of its kind. */
import { escapeUnprintable, quote } from "../config/mod.ts";
import { detailsOf } from "../sinks/pretty_details.ts";
import { escapeForPeople } from "../sinks/pretty.ts";
import type { Sample } from "./verdicts.ts";

/** The image and the details that the sensor shows of such an event, safe to print. */
export function sampleLine({ event }: Sample): string {
  const { definition, values } = event;
  const index = definition.fieldIndex.get("Image") ?? definition.fieldIndex.get("SourceImage");
  const image = index === undefined ? "" : `${escapeForPeople(String(values[index]))}  `;
  return quote(`${image}${escapeForPeople(detailsOf(definition)(values))}`).slice(1, -1);
}

/** `file:line` or `file, record 12`, safe to print. */
export function samplePlace({ file, place }: Sample): string {
  const name = escapeUnprintable(file);
  return "line" in place ? `${name}:${place.line}` : `${name}, record ${place.record}`;
}
