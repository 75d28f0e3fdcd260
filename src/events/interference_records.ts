/**
 * What somebody did to the sensor's own processes and files. These are no events of Sysmon's: the sensor
 * reports them itself.
 */
import { actorOf, type Decoding, pathOf, userOf } from "./decoding.ts";
import { FileLayout, InterferenceLayout, TouchLayout } from "./record_layout.ts";

export { Deed, Relation, Role } from "./record_layout.ts";

/** Something that was done to the sensor, or was refused. */
export interface Interference {
  /** In milliseconds since 1970. */
  readonly time: number;
  /** One of `Deed`. */
  readonly deed: number;
  /** The signal's number; 0 for other deeds. */
  readonly signal: number;
  /** One of `Relation`. */
  readonly relation: number;
  readonly isRefused: boolean;
  /** The protected process, and which of `Role` it has; 0 for files. */
  readonly targetPid: number;
  readonly targetRole: number;
  /** The file's path; empty for processes. */
  readonly path: string;
  /** Whether the path is one that may be protected, and has to be compared. */
  readonly isCandidate: boolean;
  readonly actor: Actor;
}

/** A process that acted. */
export interface Actor {
  readonly pid: number;
  readonly guid: string;
  readonly image: string;
  /** The thread's own name; empty where unknown. */
  readonly command: string;
  readonly user: string;
}

const COMMAND_BYTES = 16;

function actor(decoding: Decoding, at: number, command: string): Actor {
  const { pid, guid, face } = actorOf(decoding, at);
  return { pid, guid, image: face.image, command, user: userOf(decoding, at) };
}

/** A deed that the kernel side knows for certain to concern the sensor. */
export function decodeInterference(decoding: Decoding, at: number, size: number): undefined {
  const { batch, interferences, counters } = decoding;
  const word = (field: Exclude<keyof typeof InterferenceLayout, "bytes">) =>
    batch.word(at + InterferenceLayout[field]);
  const length = word("pathLen");
  if (InterferenceLayout.bytes + length > size) {
    counters.unknown++;
    return undefined;
  }
  const command = batch.utf8(at + InterferenceLayout.command, COMMAND_BYTES);
  interferences.push({
    time: batch.time(at),
    deed: word("deed"),
    signal: word("signal"),
    relation: word("relation"),
    isRefused: word("refused") !== 0,
    targetPid: word("targetPid"),
    targetRole: word("targetRole"),
    path: batch.keptText(at, at + InterferenceLayout.bytes, length),
    isCandidate: false,
    actor: actor(decoding, at, command.replace(/\0[^]*$/, "")),
  });
}

/** A name that looks like one of the sensor's. */
export function decodeTouch(decoding: Decoding, at: number, size: number): undefined {
  const { batch, interferences } = decoding;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  interferences.push({
    time: batch.time(at),
    deed: batch.word(at + FileLayout.how),
    signal: 0,
    relation: batch.word(at + FileLayout.bytes + TouchLayout.relation),
    isRefused: false,
    targetPid: 0,
    targetRole: 0,
    path,
    isCandidate: true,
    actor: actor(decoding, at, ""),
  });
}
