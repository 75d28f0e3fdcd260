/**
 * JSON lines in the Open Cybersecurity Schema Framework.
 */
import type { EventDefinition } from "../../schema/types.ts";
import { PROVIDERS } from "../provider.ts";
import type { Renderer } from "../renderer.ts";
import {
  type MappedOptions,
  mappedRenderer,
  type PlacementTexts,
  type System,
  type TargetSchema,
} from "./compile.ts";
import { OCSF_EVENTS, OCSF_FIELDS, OCSF_VERSION } from "./ocsf_table.ts";
import type { Constants } from "./table.ts";

const INFORMATIONAL = 1;
const UNKNOWN_DEVICE = 0;
const SYSTEM_TYPES = { linux: 200, windows: 100 } as const;
const SYSTEM_NAMES = { linux: "Linux", windows: "Windows" } as const;
const ABOUT_THE_SENSOR: readonly number[] = [4, 16];
const DNS_QUERY = 22;

/** Category of a class: what stands in front of its last three digits. */
export function categoryOf(classUid: number): number {
  return Math.floor(classUid / 1000) % 100;
}

/** The schema as tables; what it has no name for is under `unmapped`. */
export const OCSF: TargetSchema = {
  events: OCSF_EVENTS,
  common: OCSF_FIELDS,
  constants,
  computed: { "time": "milliseconds", "metadata.sequence": "recordId" },
  placement,
  rest: "unmapped",
};

function constants(definition: EventDefinition, system: System, computer: string): Constants {
  const { id, title } = definition;
  return {
    "category_uid": categoryOf(Number(OCSF_EVENTS[id].constants.class_uid)),
    "severity_id": INFORMATIONAL,
    "message": title,
    "metadata.version": OCSF_VERSION,
    "metadata.product.name": "monomi",
    "metadata.product.vendor_name": "monomi",
    "metadata.event_code": String(id),
    "metadata.log_provider": PROVIDERS[system].name,
    "metadata.log_name": PROVIDERS[system].channel,
    "metadata.profiles": ["host", "container", "security_control"],
    "device.hostname": computer,
    "device.type_id": UNKNOWN_DEVICE,
    "device.os.name": SYSTEM_NAMES[system],
    "device.os.type_id": SYSTEM_TYPES[system],
    ...(ABOUT_THE_SENSOR.includes(id) ? { "app.name": PROVIDERS[system].name } : {}),
    ...(id === DNS_QUERY ? { "src_endpoint.hostname": computer } : {}),
  };
}

function placement({ id }: EventDefinition): Readonly<Record<string, keyof PlacementTexts>> {
  const process = OCSF_EVENTS[id].fields?.ProcessId?.startsWith("process.")
    ? "process"
    : "actor.process";
  return {
    [`${process}.container.uid`]: "id",
    [`${process}.container.runtime`]: "runtime",
    [`${process}.container.pod_uuid`]: "podUid",
    [`${process}.namespace_pid`]: "pid",
    "unmapped.CgroupPath": "group",
    "unmapped.HostImage": "hostImage",
  };
}

/**
 * Gives a renderer of nested objects in OCSF. A field without data is absent; one that OCSF has no
 * name for, or whose value is not of the type that OCSF wants, is a string under `unmapped`.
 */
export function ocsfRenderer(options: MappedOptions): Renderer {
  return mappedRenderer(OCSF, options);
}
