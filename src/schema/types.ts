/**
 * The shape of the event table.
 *
 * One definition exists per event id; parser, matcher, renderers and documentation read it.
 */

/** How a field is typed in Sysmon's manifest; decides how it is rendered and matched. */
export type FieldType =
  | "string"
  | "uint16"
  | "uint32"
  | "uint64"
  | "hexint32"
  | "hexint64"
  | "boolean"
  | "guid"
  | "pointer";

/** One field of an event, at its position in the event. */
export interface FieldDefinition {
  /** Sysmon's name, exactly as printed (`TargetFilename`). */
  readonly name: string;
  readonly type: FieldType;
  /** Position in the event, from 0; `Event.values[index]` holds its value. */
  readonly index: number;
}

/** One event id, as the newest schema describes it. */
export interface EventDefinition {
  /** Sysmon's event id (1 … 255). */
  readonly id: number;
  /** XML tag under EventFiltering (`ProcessCreate`), or null for events that cannot be filtered. */
  readonly tag: string | null;
  /** Short unique name used in JSON output (`ProcessCreate`, `RegistryValueSet`, `ServiceStateChange`). */
  readonly name: string;
  /** Display name (`Process Create`). */
  readonly title: string;
  /** Version printed in the event header. */
  readonly version: number;
  /** Level printed in the event header: 4 informational, 2 error. */
  readonly level: number;
  /** What happens when no element of a configuration speaks of this event. */
  readonly defaultAction: "include" | "exclude";
  readonly fields: readonly FieldDefinition[];
  /** monomi's own fields; their values stand behind those of `fields`, where there are any. */
  readonly additional: readonly FieldDefinition[];
  /** Field position by name, additional fields included. */
  readonly fieldIndex: ReadonlyMap<string, number>;
}
