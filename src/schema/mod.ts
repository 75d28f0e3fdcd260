/**
 * Which events, fields, operators and options exist, now and in every earlier schema version.
 *
 * @example
 * ```ts
 * import { eventById } from "./mod.ts";
 * eventById(3)?.fieldIndex.get("DestinationPort"); // 16
 * ```
 */
export { type EventProvider, eventProvider } from "./event_provider.ts";
export { EVENT_TAGS, eventById, EVENTS, eventsByTag, fieldAt } from "./events.ts";
export { eventsOf, fieldSince, tagSince, type VersionedEvent } from "./history.ts";
export {
  CONFIGURABLE_OPTIONS,
  DEFAULT_OPERATOR,
  ENTRIES,
  type EntryDefinition,
  isListOperator,
  type ListOperator,
  type Operator,
  OPERATORS,
  operatorsOf,
  type OptionDefinition,
  optionsOf,
} from "./options.ts";
export type { FieldHistory } from "./rows.ts";
export type { EventDefinition, FieldDefinition, FieldType } from "./types.ts";
export {
  findVersions,
  formatVersion,
  NEWEST_VERSION,
  OLDEST_CONFIGURATION_VERSION,
  SCHEMA_VERSIONS,
  type SchemaVersion,
  type VersionNumber,
  versionNumber,
} from "./versions.ts";
