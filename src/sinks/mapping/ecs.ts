/**
 * JSON lines in the Elastic Common Schema.
 */
import { PROVIDERS } from "../provider.ts";
import type { Renderer } from "../renderer.ts";
import { type MappedOptions, mappedRenderer, type TargetSchema } from "./compile.ts";
import { ECS_EVENTS, ECS_FIELDS, ECS_VERSION } from "./ecs_table.ts";

/** The schema as tables; what it has no name for is under `winlog` and `monomi`. */
export const ECS: TargetSchema = {
  events: ECS_EVENTS,
  common: ECS_FIELDS,
  constants: ({ id, title }, system, computer) => ({
    "message": title,
    "ecs.version": ECS_VERSION,
    "event.kind": "event",
    "event.module": "sysmon",
    "event.provider": PROVIDERS[system].name,
    "event.code": String(id),
    "event.action": title,
    "host.name": computer,
    "host.hostname": computer,
    "host.os.type": system,
    "agent.type": "monomi",
    "winlog.channel": PROVIDERS[system].channel,
    "winlog.provider_name": PROVIDERS[system].name,
    "winlog.provider_guid": PROVIDERS[system].guid,
    "winlog.event_id": String(id),
    "winlog.computer_name": computer,
  }),
  computed: {
    "@timestamp": "time",
    "event.sequence": "recordId",
    "winlog.record_id": "recordIdText",
  },
  placement: () => ({
    "container.id": "id",
    "container.runtime": "runtime",
    "process.vpid": "pid",
    "monomi.container.pod_uid": "podUid",
    "monomi.container.cgroup_path": "group",
    "monomi.container.host_image": "hostImage",
  }),
  rest: "winlog.event_data",
};

/**
 * Gives a renderer of nested objects in ECS. A field without data is absent; one that ECS has no name
 * for, or whose value is not of the type that ECS wants, is a string under `winlog.event_data`.
 */
export function ecsRenderer(options: MappedOptions): Renderer {
  return mappedRenderer(ECS, options);
}
