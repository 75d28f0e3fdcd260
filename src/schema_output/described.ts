/** One or several schema versions, joined: what the outputs describe. */
import {
  ENTRIES,
  eventsOf,
  type FieldHistory,
  formatVersion,
  type Operator,
  OPERATORS,
  operatorsOf,
  optionsOf,
  type SchemaVersion,
  tagSince,
  type VersionedEvent,
  type VersionNumber,
} from "../schema/mod.ts";

/** An event, as the newest of the versions that have it describes it. */
export interface DescribedEvent extends VersionedEvent {
  /** The only system that has it; null: both. */
  readonly platform: "linux" | "windows" | null;
}

/** Everything that filters one kind of event: usually one event, for RegistryEvent three. */
export interface DescribedTag {
  readonly tag: string;
  readonly since: VersionNumber;
  readonly events: readonly DescribedEvent[];
  /** Those of all its events, in order, each name once. */
  readonly fields: readonly FieldHistory[];
}

/** The events of `versions` by id, each once. */
export function eventsIn(versions: readonly SchemaVersion[]): DescribedEvent[] {
  const newest = new Map<number, VersionedEvent>();
  for (const version of versions) {
    for (const event of eventsOf(version)) newest.set(event.id, event);
  }
  return [...newest.values()]
    .map((event) => ({ ...event, platform: onlyPlatform(event, versions) }))
    .sort((a, b) => a.id - b.id);
}

/** The tags of `versions` in the order of the ids of their events. */
export function tagsIn(versions: readonly SchemaVersion[]): DescribedTag[] {
  const filterable = eventsIn(versions).filter(({ tag }) => tag !== null);
  return [...Map.groupBy(filterable, ({ tag }) => tag!)].map(([tag, events]) => ({
    tag,
    since: tagSince(tag)!,
    events,
    fields: [
      ...new Map(events.flatMap(({ fields }) => fields.map((field) => [field.name, field])))
        .values(),
    ],
  }));
}

/** Names of the elements that `versions` allow directly under Sysmon, EventFiltering apart. */
export function entriesIn(versions: readonly SchemaVersion[]): string[] {
  const names = versions.flatMap((version) =>
    optionsOf(version).flatMap(({ element }) => element === undefined ? [] : [element.name])
  );
  return [...ENTRIES.keys()].filter((name) => names.includes(name));
}

/** The operators of `versions`, in manifest order. */
export function operatorsIn(versions: readonly SchemaVersion[]): Operator[] {
  const known = new Set(versions.flatMap(operatorsOf));
  return OPERATORS.filter((operator) => known.has(operator));
}

/** `4.81`, or `4.00 to 4.91` for several. */
export function nameOf(versions: readonly SchemaVersion[]): string {
  const [first] = versions;
  if (versions.length === 1) return first.name;
  return `${formatVersion(first.number)} to ${formatVersion(versions.at(-1)!.number)}`;
}

function onlyPlatform(
  event: VersionedEvent,
  versions: readonly SchemaVersion[],
): DescribedEvent["platform"] {
  const platforms = new Set(
    versions.filter((version) => eventsOf(version).some(({ id }) => id === event.id))
      .map(({ platform }) => platform),
  );
  const [only] = platforms;
  return platforms.size === 1 ? only : null;
}
