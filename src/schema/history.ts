/** Which events and fields each schema version has. */
import { type FieldHistory, fieldHistory, fieldsOfRow, valueAt } from "./rows.ts";
import { EVENT_ROWS, type EventRow } from "./table.ts";
import { type SchemaVersion, type VersionNumber, versionNumber } from "./versions.ts";

/** An event as one schema version describes it. */
export interface VersionedEvent {
  readonly id: number;
  /** Symbolic name in the manifest (`SYSMONEVENT_CREATE_PROCESS`). */
  readonly key: string;
  readonly tag: string | null;
  readonly title: string;
  readonly version: number;
  readonly level: "Informational" | "Error";
  /** As the manifest writes it; null where it writes none. */
  readonly ruleDefault: string | null;
  readonly fields: readonly FieldHistory[];
}

/** The events of one schema version in manifest order: 255 first, then by id. */
export function eventsOf(version: SchemaVersion): readonly VersionedEvent[] {
  const events = EVENT_ROWS
    .filter((row) =>
      versionNumber(row.since) <= version.number &&
      (row.platform === undefined || row.platform === version.platform)
    )
    .map((row) => eventAt(row, version.number));
  return [...events.filter((e) => e.id === 255), ...events.filter((e) => e.id !== 255)];
}

function eventAt(row: EventRow, version: VersionNumber): VersionedEvent {
  return {
    id: row.id,
    key: row.key,
    tag: row.tag,
    title: row.earlierTitle !== undefined && version < versionNumber(row.earlierTitle.until)
      ? row.earlierTitle.title
      : row.title,
    version: Number(valueAt(row.version, version)),
    level: row.id === 255 ? "Error" : "Informational",
    ruleDefault: row.ruleDefault === undefined ? null : valueAt(row.ruleDefault, version),
    fields: fieldsOfRow(row, version),
  };
}

/** What the rows say of one tag, worked out once. */
interface TagHistory {
  readonly since: VersionNumber;
  /** Of the fields that some event of the tag still has. */
  readonly fields: ReadonlyMap<string, VersionNumber>;
}

const TAG_HISTORIES: ReadonlyMap<string, TagHistory> = tagHistories();

function tagHistories(): Map<string, TagHistory> {
  const histories = new Map<string, TagHistory>();
  for (const [tag, rows] of Map.groupBy(EVENT_ROWS, (row) => row.tag)) {
    if (tag === null) continue;
    const fields = new Map<string, VersionNumber>();
    for (const { name, since, until } of rows.flatMap((row) => fieldHistory(row))) {
      if (until === Infinity) fields.set(name, Math.min(since, fields.get(name) ?? Infinity));
    }
    histories.set(tag, { since: Math.min(...rows.map((r) => versionNumber(r.since))), fields });
  }
  return histories;
}

/** The first schema version that has this tag, or undefined when none has. */
export function tagSince(tag: string): VersionNumber | undefined {
  return TAG_HISTORIES.get(tag)?.since;
}

/**
 * The first schema version from which some event of this tag has the field to this day, or undefined
 * when no event of the tag has it.
 */
export function fieldSince(tag: string, field: string): VersionNumber | undefined {
  return TAG_HISTORIES.get(tag)?.fields.get(field);
}
