/** Reads the notation of the event table. */
import type { FieldType } from "./types.ts";
import type { EventRow } from "./table.ts";
import { type VersionNumber, versionNumber } from "./versions.ts";

/** A field of one event over time. */
export interface FieldHistory {
  readonly name: string;
  /** `pid` is a uint32 that holds a process id. */
  readonly type: FieldType | "pid";
  readonly since: VersionNumber;
  /** First version without the field; Infinity while it lives. */
  readonly until: VersionNumber;
}

const FIELD = /^(\w+)(?::(\w+))?(?:@([\d.]+))?(?:<([\d.]+))?$/;

const parsedFields = new Map<EventRow, readonly FieldHistory[]>();

/** Every field the event ever had, in manifest order; a moved field stands there twice. */
export function fieldHistory(row: EventRow): readonly FieldHistory[] {
  let fields = parsedFields.get(row);
  if (fields === undefined) {
    fields = row.fields.trim().split(/\s+/).map((text) => {
      const [, name, type, since, until] = FIELD.exec(text)!;
      return {
        name,
        type: (type ?? "string") as FieldHistory["type"],
        since: versionNumber(since ?? row.since),
        until: until === undefined ? Infinity : versionNumber(until),
      };
    });
    parsedFields.set(row, fields);
  }
  return fields;
}

/** Fields of the event in `version`, in manifest order; Infinity asks for the newest. */
export function fieldsOfRow(row: EventRow, version: VersionNumber): readonly FieldHistory[] {
  return fieldHistory(row).filter((field) =>
    field.since <= version && (version < field.until || field.until === Infinity)
  );
}

/** The value that `"oldest newer@3.10 newest@4.1"` has in `version`. */
export function valueAt(history: string, version: VersionNumber): string {
  let value = "";
  for (const step of history.split(" ")) {
    const [text, since] = step.split("@");
    if (since === undefined || versionNumber(since) <= version) value = text;
  }
  return value;
}
