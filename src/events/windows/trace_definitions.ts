/**
 * Definitions of what a trace tells and Sysmon has no event for, so that it can be written too. Their
 * ids are above all of Sysmon's.
 */
import type { EventDefinition, FieldDefinition } from "../../schema/types.ts";
import type { TraceRecord } from "./trace_record.ts";

/** The ids of all of them lie from here to {@link LAST_TRACE_EVENT}. */
export const FIRST_TRACE_EVENT = 256;
/** The native side knows fewer events than this leaves room for. */
export const LAST_TRACE_EVENT = 511;

/** What all of them begin with. */
export const SUBJECT_FIELDS = ["UtcTime", "ProcessGuid", "ProcessId", "Image"] as const;
/** What those of processes have besides. */
export const PARENT_FIELDS = ["ParentProcessGuid", "ParentImage"] as const;

/** What their names begin with: some would otherwise be those of Sysmon's events. */
const PREFIX = "Etw";

/** Names of the native side -> names in the manner of Sysmon. */
const NAMES: Readonly<Record<string, string>> = {
  parent: "ParentProcessId",
  tid: "ThreadId",
  sid: "UserSid",
  image: "ImageName",
  path: "Path",
  session: "TerminalSessionId",
};

const ids = new Map<string, number>();

/** What records of one definition have in common. */
interface Shape {
  readonly fields: readonly string[];
  readonly hasWriter: boolean;
  readonly definition: EventDefinition;
}

/** A trace's events have few shapes each: those of their versions, and of payloads that end early. */
const byEvent = new Map<string, Shape[]>();

/** Whether the definition is one of these. */
export function isTraceEvent({ id }: EventDefinition): boolean {
  return id >= FIRST_TRACE_EVENT;
}

/** Name of the event with this id, where one was met. */
export function traceEventName(id: number): string | undefined {
  for (const [name, known] of ids) if (known === id) return name;
  return undefined;
}

/** The definition for a record; its fields are the subject's, then the record's. */
export function traceDefinition(record: TraceRecord): EventDefinition {
  let known = byEvent.get(record.event);
  if (known === undefined) byEvent.set(record.event, known = []);
  for (let i = 0; i < known.length; i++) {
    if (fits(known[i], record)) return known[i].definition;
  }
  const definition = define(PREFIX + record.event, fieldsOf(record));
  const fields = Object.keys(record.fields);
  known.push({ fields, hasWriter: record.pid !== undefined, definition });
  return definition;
}

function fits({ fields, hasWriter }: Shape, record: TraceRecord): boolean {
  if (hasWriter !== (record.pid !== undefined)) return false;
  let i = 0;
  for (const name in record.fields) if (fields[i++] !== name) return false;
  return i === fields.length;
}

/** The record's own fields that are written: all but the pid, which the subject has. */
export function ownFields(record: TraceRecord): string[] {
  return Object.keys(record.fields).filter((name) => name !== "pid");
}

function fieldsOf(record: TraceRecord): string[] {
  const own = ownFields(record).map((name) => NAMES[name] ?? capitalized(name));
  const creator = record.pid === undefined ? [] : ["WriterProcessId", "WriterThreadId"];
  const parent = record.fields.parent === undefined ? [] : PARENT_FIELDS;
  return [...SUBJECT_FIELDS, ...own, ...parent, ...creator];
}

function define(name: string, names: readonly string[]): EventDefinition {
  let id = ids.get(name);
  if (id === undefined) {
    id = Math.min(FIRST_TRACE_EVENT + ids.size, LAST_TRACE_EVENT);
    ids.set(name, id);
  }
  const fields = names.map((name, index): FieldDefinition => ({
    name,
    type: /(?:ProcessId|ThreadId|SessionId|Port)$/.test(name) ? "uint32" : "string",
    index,
  }));
  return {
    id,
    tag: null,
    name,
    title: name,
    version: 1,
    level: 4,
    defaultAction: "include",
    fields,
    additional: [],
    fieldIndex: new Map(fields.map(({ name, index }) => [name, index])),
  };
}

function capitalized(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}
