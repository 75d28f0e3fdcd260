/**
 * What the decoders of all families of records share.
 */
import type { EventDefinition } from "../schema/types.ts";
import { eventById } from "../schema/mod.ts";
import type { Batch } from "./batch.ts";
import { millisecondsOf, utcTime } from "./clock.ts";
import type { Containers } from "./containers.ts";
import { type Event, type FieldValue, type Image, MISSING } from "./event.ts";
import type { Host } from "./host.ts";
import type { Interference } from "./interference_records.ts";
import type { Placement } from "./placement.ts";
import type { ProcessTable } from "./process_table.ts";
import type { Process } from "./process.ts";
import { FileLayout, HeaderLayout } from "./record_layout.ts";

/** What the decoder met besides events. */
export interface DecoderCounters {
  records: number;
  /** Records of a kind or length that this version does not know. */
  unknown: number;
  /** Processes found running when the capture began. */
  running: number;
}

/** The surroundings in which a record is decoded. */
export interface Decoding {
  readonly batch: Batch;
  readonly host: Host;
  readonly processes: ProcessTable;
  readonly containers: Containers;
  readonly counters: DecoderCounters;
  /** What was done to the sensor itself, in order. */
  readonly interferences: Interference[];
  /** Events for which this is false are not even built. */
  wanted: (id: number) => boolean;
}

/** Decodes the record of `size` bytes at `at`; at least as many as the kind's fixed part. */
export type RecordDecoder = (
  decoding: Decoding,
  at: number,
  size: number,
) => Event | readonly Event[] | undefined;

/** A known event's definition. */
export function definitionOf(id: number): EventDefinition {
  return eventById(id)!;
}

/** Puts what rules can see of a placement behind an event's own values. */
export function addPlacement(
  { additional, fields }: EventDefinition,
  values: FieldValue[],
  { container, hostImage }: Placement,
): void {
  if (additional.length === 0) return;
  const own = [container.id, container.runtime, container.podUid, hostImage];
  for (let i = 0; i < own.length; i++) values[fields.length + i] = own[i];
}

/** An event of a record; `process` is the one that it is about, if any. */
export function eventOf(
  definition: EventDefinition,
  process: Process | undefined,
  values: FieldValue[],
  time: number,
  image?: Image,
): Event {
  const container = process?.placement;
  if (container !== undefined) addPlacement(definition, values, container);
  return { definition, values, time, recordId: 0, image, container };
}

/** The process that acted. */
export function actorOf({ batch, processes }: Decoding, at: number): Process {
  const start = at + HeaderLayout.processStart;
  return processes.find(
    batch.word(at + HeaderLayout.pid),
    batch.word(start),
    batch.word(start + 4),
    batch.word(at + HeaderLayout.execId),
    batch.word(at + HeaderLayout.uid),
    batch.word(at + HeaderLayout.parentPid),
  );
}

/** The acting process's user at the time of the event. */
export function userOf({ batch, host }: Decoding, at: number): string {
  return host.userName(batch.word(at + HeaderLayout.uid));
}

/** The path of a file record; undefined, and counted, when the record is shorter than it says. */
export function pathOf(
  { batch, counters }: Decoding,
  at: number,
  size: number,
): string | undefined {
  const start = FileLayout.bytes + batch.word(at + FileLayout.extraLen);
  const length = batch.word(at + FileLayout.pathLen);
  if (start + length > size) {
    counters.unknown++;
    return undefined;
  }
  return batch.text(at, at + start, length);
}

/** Nanoseconds since 1970, before that negative, as two words at `offset`; `-` for 0, the unknown. */
export function fileTime(batch: Batch, offset: number): string {
  const low = batch.word(offset);
  const high = batch.word(offset + 4);
  return low === 0 && high === 0 ? MISSING : utcTime(millisecondsOf(low, high | 0));
}

/** RuleName, UtcTime, ProcessGuid and ProcessId, with which most events begin. */
export function opening(process: Process, time: number): FieldValue[] {
  return [MISSING, utcTime(time), process.guid, process.pid];
}
