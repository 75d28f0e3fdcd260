/**
 * Fields that monomi has beside Sysmon's: conditions of YAML configurations can look at them, JSON
 * output has them in an object of its own. No schema version knows them, so XML cannot name them.
 */
import type { FieldDefinition } from "./types.ts";

/** An additional field. */
export interface AdditionalField {
  /** In rules. */
  readonly name: string;
  /** In the object `Container` of JSON lines. */
  readonly member: string;
  /** Without a period. */
  readonly meaning: string;
}

/** All of them, in the order in which they stand behind an event's own values. */
export const ADDITIONAL_FIELDS: readonly AdditionalField[] = [
  { name: "ContainerId", member: "Id", meaning: "the id or name of the process's container" },
  { name: "ContainerRuntime", member: "Runtime", meaning: "what runs the container" },
  { name: "PodUid", member: "PodUid", meaning: "the uid of its Kubernetes pod" },
  { name: "HostImage", member: "HostImage", meaning: "the image's path as the host names it" },
];

const NAMES: ReadonlySet<string> = new Set(ADDITIONAL_FIELDS.map(({ name }) => name));

/** Whether this is the name of an additional field. */
export function isAdditionalField(name: string): boolean {
  return NAMES.has(name);
}

/** Events about a process name it in one of these. */
const PROCESS_FIELDS: ReadonlySet<string> = new Set(["ProcessId", "SourceProcessId"]);

/** The additional fields of an event with these fields; none of an event without a process. */
export function additionalFieldsOf(fields: readonly FieldDefinition[]): FieldDefinition[] {
  if (!fields.some(({ name }) => PROCESS_FIELDS.has(name))) return [];
  return ADDITIONAL_FIELDS.map(({ name }, i) => ({
    name,
    type: "string",
    index: fields.length + i,
  }));
}
