/**
 * The events that the sensor writes about itself (config-semantics 6.4): 4, 16 and 255.
 */
import { utcTime } from "../events/clock.ts";
import type { Event } from "../events/event.ts";
import { eventById, formatVersion, NEWEST_VERSION } from "../schema/mod.ts";
import type { PolicySource } from "./policy.ts";
import { VERSION } from "./version.ts";

const SYSTEM = Deno.build.os === "windows" ? "windows" : "linux";
const SCHEMA = formatVersion(NEWEST_VERSION[SYSTEM].number);
const [STATE, CONFIGURATION, ERROR] = [4, 16, 255].map((id) => eventById(id)!);

function own(definition: typeof STATE, values: string[]): Event {
  const time = Date.now();
  return { definition, values: [utcTime(time), ...values], time, recordId: 0, image: undefined };
}

/** Event 4: the sensor started or stopped; `actor` is who had it do so, where that is known. */
export function stateChanged(state: "Started" | "Stopped", actor?: string): Event {
  return { ...own(STATE, [state, VERSION, SCHEMA]), actor };
}

/** Event 16: a configuration came into force. */
export function configurationChanged({ name, hash }: PolicySource): Event {
  return own(CONFIGURATION, [name, hash]);
}

/** What event 255 says in its field ID. */
export const ERROR_IDS = [
  "LostEvents",
  "SinkDropped",
  "HookFailed",
  "HashFailed",
  "Blocking",
  "Capture",
  "Configuration",
  "TakenOver",
  "Tampering",
  "Signal",
  "Protection",
] as const;

/** Event 255: something was lost, failed, or was done to the sensor. */
export function errorReport(id: typeof ERROR_IDS[number], description: string): Event {
  return own(ERROR, [id, description]);
}
