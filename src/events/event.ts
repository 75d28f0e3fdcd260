/**
 * An event as it travels from a source to the sinks.
 */
import type { EventDefinition } from "../schema/types.ts";
import type { Placement } from "./placement.ts";

/**
 * A field's value: Sysmon's text for strings, GUIDs, times, hexadecimal and 64-bit numbers and
 * hashes; a number for uint16 and uint32 fields; a boolean for boolean fields. A field without
 * data holds the text `-` whatever its type (config-semantics V15).
 */
export type FieldValue = string | number | boolean;

/**
 * A process's image as the kernel saw it, for hashing what really ran. 64-bit numbers come as
 * halves of 32 bits, signed or unsigned alike: what a record holds, and exact and cheap to compare.
 */
export interface Image {
  readonly pid: number;
  /** Absolute; bytes where it is not valid UTF-8. */
  readonly path: string | Uint8Array;
  /** `major << 20 | minor`. */
  readonly device: number;
  readonly inodeLow: number;
  readonly inodeHigh: number;
  /** In bytes. */
  readonly sizeLow: number;
  readonly sizeHigh: number;
  /** Nanoseconds since 1970. */
  readonly mtimeLow: number;
  readonly mtimeHigh: number;
  /** Nanoseconds since 1970. */
  readonly ctimeLow: number;
  readonly ctimeHigh: number;
  /** The event is one only if the file begins like a program; whoever hashes it finds out. */
  readonly mustBeProgram?: boolean;
  /** A kernel module, on Windows any image that is loaded: its signer is wanted as well. */
  readonly isModule?: boolean;
}

/** A file that lost a name. */
export interface Removal {
  /** Not cut, as the event's field may be. */
  readonly path: string;
  /** Processes that may still hold it, by process id. */
  readonly holders: readonly number[];
  /** In milliseconds since 1970. */
  readonly time: number;
}

/**
 * Where a recorded event is from, where that is not the host that this program speaks for. One object
 * for all events of a host, as renderers tell hosts apart by it.
 */
export interface Origin {
  /** Name printed as Computer. */
  readonly computer: string;
  readonly system: "linux" | "windows";
}

/** One event: its definition and one value per field, in schema order. */
export interface Event {
  readonly definition: EventDefinition;
  /** `values[i]` belongs to `definition.fields[i]`. */
  readonly values: FieldValue[];
  /** When it happened, in milliseconds since 1970 (UTC). */
  readonly time: number;
  /** Number of the written event, from 1; 0 until it is assigned behind the rules. */
  recordId: number;
  /** What to hash for the event's Hashes field, where that can still be done. */
  readonly image?: Image;
  /** Where its process runs; absent outside of containers. */
  readonly container?: Placement;
  /** Who had the sensor change its state (event 4); absent where unknown. */
  readonly actor?: string;
  /** The file whose name ended, where its content can still be asked for. */
  readonly removal?: Removal;
  /** What to hash for the event's Hash field. */
  readonly content?: Uint8Array;
  /** Absent for what this program captured itself. */
  origin?: Origin;
}

/** A field without data (V15). */
export const MISSING = "-";
