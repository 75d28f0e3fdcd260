/**
 * What the native side writes while it captures on Windows: records of the trace, and between them
 * what the host says (`native/windows/src/live/host.rs`).
 */
import type { TraceRecord, TraceValue } from "./trace_record.ts";

/** What a running process says of itself; what could not be found out is absent. */
export interface ProcessFacts {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startTime?: number;
  /** With drive letter. */
  readonly image?: string;
  readonly commandLine?: string;
  readonly directory?: string;
  readonly sid?: string;
  /** `0x` and the LUID of its logon session. */
  readonly logon?: string;
  readonly logonTime?: number;
  readonly session?: number;
  /** `S-1-16-…`. */
  readonly label?: string;
  readonly parent?: number;
}

/** One line. */
export type LiveLine =
  | TraceRecord
  | { readonly host: { readonly computer: string; readonly machine: string } }
  | { readonly volumes: Readonly<Record<string, string>> }
  | { readonly account: { readonly sid: string; readonly name: string } }
  | { readonly process: ProcessFacts };

/** Clocks of the trace and of the process table differ by no more, in milliseconds. */
const SAME_START = 1000;

/** A record of a process with what it lacks, if the facts are about the same process. */
export function completed(record: TraceRecord, facts: ProcessFacts | undefined): TraceRecord {
  if (facts === undefined) return record;
  const isNew = record.event === "ProcessStart";
  const start = record.fields.startTime ?? (isNew ? record.time : facts.startTime);
  if (typeof start !== "number" || facts.startTime === undefined) return record;
  if (Math.abs(facts.startTime - start) > SAME_START) return record;
  const known: Record<string, TraceValue | undefined> = {
    startTime: facts.startTime,
    path: facts.image,
    commandLine: facts.commandLine,
    directory: facts.directory,
    sid: facts.sid,
    logon: facts.logon,
    logonTime: facts.logonTime,
    session: facts.session,
    mandatoryLabel: facts.label,
    parent: facts.parent,
  };
  return { ...record, fields: withMissing(record.fields, known) };
}

/** Two records that tell of one thing as one; where both have a field, the first one's holds. */
export function joined(first: TraceRecord, second: TraceRecord): TraceRecord {
  return { ...second, ...first, fields: withMissing(first.fields, second.fields) };
}

function withMissing(
  fields: TraceRecord["fields"],
  more: Readonly<Record<string, TraceValue | undefined>>,
): TraceRecord["fields"] {
  const all: Record<string, TraceValue> = { ...fields };
  for (const [name, value] of Object.entries(more)) {
    const has = all[name] !== undefined && all[name] !== null && all[name] !== "";
    if (!has && value !== undefined) all[name] = value;
  }
  return all;
}
