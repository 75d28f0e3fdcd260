/** Events as hosts see them, for measuring the matcher: always the same ones for a seed. */

import type { Event, FieldValue } from "../../../src/events/event.ts";
import { Random } from "../../../src/testing/random.ts";
import { eventById } from "../../../src/schema/events.ts";
import type { EventDefinition, FieldDefinition } from "../../../src/schema/types.ts";
import { isEvent, readEventLog } from "../../../src/sources/logs/mod.ts";
import { Native } from "../../../src/sources/native.ts";
import { LIBRARY } from "../../shared/paths.ts";
import { LINUX_VALUES } from "./linux_values.ts";

/** How many events of each id there are among a hundred. */
export type Mix = Readonly<Record<number, number>>;

/** A workstation that logs most of what it can. */
export const WINDOWS_MIX: Mix = {
  1: 6,
  3: 10,
  5: 6,
  7: 20,
  8: 1,
  10: 16,
  11: 12,
  12: 8,
  13: 12,
  17: 1,
  18: 2,
  22: 4,
  23: 2,
};

/** A server with a shell in use. */
export const LINUX_MIX: Mix = { 1: 30, 3: 20, 5: 30, 11: 15, 23: 5 };

/** Values that were seen in a field, by the field's name. */
export type Values = ReadonlyMap<string, readonly FieldValue[]>;

/** Field values of every event in the logs of a folder. */
export async function valuesInLogs(folder: string): Promise<Values> {
  const values = new Map<string, FieldValue[]>();
  const native = new Native(LIBRARY);
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".evtx")) continue;
    for await (const item of await readEventLog(`${folder}/${name}`, { native: () => native })) {
      if (!isEvent(item)) continue;
      const { definition, values: found } = item.event;
      for (const { name, index } of definition.fields) {
        if (found[index] === "-") continue;
        const known = values.get(name);
        if (known === undefined) values.set(name, [found[index]]);
        else known.push(found[index]);
      }
    }
  }
  // The order of a folder is the file system's.
  for (const known of values.values()) known.sort((a, b) => String(a) < String(b) ? -1 : 1);
  return values;
}

/** The same for a Linux server, made up. */
export function linuxValues(): Values {
  return new Map(Object.entries(LINUX_VALUES));
}

/** `count` events in the proportions of `mix`, with values drawn from `values`. */
export function makeEvents(mix: Mix, values: Values, count: number, seed: number): Event[] {
  const random = new Random(seed);
  const ids = Object.entries(mix).flatMap(([id, share]) => Array<number>(share).fill(Number(id)));
  return Array.from({ length: count }, () => makeEvent(eventById(random.of(ids))!, values, random));
}

function makeEvent(definition: EventDefinition, values: Values, random: Random): Event {
  return {
    definition,
    values: definition.fields.map((field) => makeValue(field, values, random)),
    time: 0,
    recordId: 0,
  };
}

/** Fields with few values of their own, and where the like of them is found. */
const LIKE: Readonly<Record<string, string>> = {
  ImageLoaded: "Image",
  PipeName: "Image",
  QueryName: "DestinationHostname",
  QueryResults: "DestinationIp",
};

function makeValue(field: FieldDefinition, values: Values, random: Random): FieldValue {
  const { name, type } = field;
  if (name === "RuleName") return "-";
  if (type === "uint32") return 400 + random.below(30_000);
  if (name === "UtcTime") return `2026-11-22 10:00:${10 + random.below(50)}.000`;
  const known = values.get(name) ?? values.get(LIKE[name]);
  if (known !== undefined) return random.of(known);
  return type === "string" ? "-" : type === "boolean" ? false : "0x0";
}
