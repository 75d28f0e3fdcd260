/**
 * What becomes or stops being code: events 6, 7, 25 and 29.
 */
import type { Batch } from "./batch.ts";
import { utcTime } from "./clock.ts";
import {
  actorOf,
  type Decoding,
  definitionOf,
  eventOf,
  opening,
  pathOf,
  userOf,
} from "./decoding.ts";
import { type Event, type Image, MISSING } from "./event.ts";
import type { Process } from "./process.ts";
import { FactsLayout, FileLayout, Flag, HeaderLayout, How, ModuleLayout } from "./record_layout.ts";

const DRIVER_LOAD = definitionOf(6);
const IMAGE_LOAD = definitionOf(7);
const PROCESS_TAMPERING = definitionOf(25);
const FILE_EXECUTABLE_DETECTED = definitionOf(29);
const MODULE_NAME_BYTES = 56;

/** The kernel's taint flags that say something about a module, by bit. */
const TAINTS: readonly (readonly [bit: number, text: string])[] = [
  [0, "proprietary"],
  [10, "staging"],
  [12, "out of tree"],
  [13, "unsigned"],
  [15, "livepatch"],
];

/** What a tampered record says, as Type. */
const TAMPERINGS: Readonly<Record<number, string>> = {
  [How.SET_IMAGE]: "Image is replaced",
  [How.CODE_IN_DATA]: "Data of image is executable",
  [How.CODE_CHANGED]: "Code of image is changed",
};

/** The file of a file record with facts; `path` is its text where that is what the bytes say. */
function fileOf(batch: Batch, at: number, path: string, mustBeProgram: boolean): Image {
  const own = at + FileLayout.bytes;
  const start = own + batch.word(at + FileLayout.extraLen);
  return {
    pid: batch.word(at + HeaderLayout.pid),
    path: batch.flag(at, Flag.ASCII)
      ? path
      : batch.bytes.slice(start, start + batch.word(at + FileLayout.pathLen)),
    device: batch.word(at + FileLayout.device),
    inodeLow: batch.word(at + FileLayout.inode),
    inodeHigh: batch.word(at + FileLayout.inode + 4),
    sizeLow: batch.word(own + FactsLayout.size),
    sizeHigh: batch.word(own + FactsLayout.size + 4),
    mtimeLow: batch.word(own + FactsLayout.mtime),
    mtimeHigh: batch.word(own + FactsLayout.mtime + 4),
    ctimeLow: batch.word(own + FactsLayout.ctime),
    ctimeHigh: batch.word(own + FactsLayout.ctime + 4),
    mustBeProgram,
  };
}

/** Event 7. */
export function decodeImageLoad(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(IMAGE_LOAD.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined || batch.word(at + FileLayout.extraLen) < FactsLayout.bytes) {
    return undefined;
  }
  const time = batch.time(at);
  return eventOf(
    IMAGE_LOAD,
    process,
    [
      ...opening(process, time),
      process.face.image,
      path,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      userOf(decoding, at),
    ],
    time,
    fileOf(batch, at, path, false),
  );
}

/** Event 29, if the file turns out to be a program. */
export function decodeExecutable(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(FILE_EXECUTABLE_DETECTED.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined || batch.word(at + FileLayout.extraLen) < FactsLayout.bytes) {
    return undefined;
  }
  const time = batch.time(at);
  return eventOf(
    FILE_EXECUTABLE_DETECTED,
    process,
    [...opening(process, time), userOf(decoding, at), process.face.image, path, MISSING],
    time,
    fileOf(batch, at, path, true),
  );
}

/** Event 6. A module from memory has no path: its name stands alone. */
export function decodeModule(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  if (!decoding.wanted(DRIVER_LOAD.id)) return undefined;
  const path = pathOf(decoding, at, size);
  const own = at + FileLayout.bytes;
  const module = own + FactsLayout.bytes;
  const bytes = FactsLayout.bytes + ModuleLayout.bytes + MODULE_NAME_BYTES;
  if (path === undefined || batch.word(at + FileLayout.extraLen) < bytes) return undefined;
  const name = batch.utf8(module + ModuleLayout.bytes, MODULE_NAME_BYTES).replace(/\0[^]*$/, "");
  const time = batch.time(at);
  const signature = batch.word(module + ModuleLayout.signature);
  const taints = batch.word(module + ModuleLayout.taints);
  const notes = TAINTS.filter(([bit]) => taints & 1 << bit).map(([, text]) => text);
  return eventOf(
    DRIVER_LOAD,
    undefined,
    [
      MISSING,
      utcTime(time),
      path || name || MISSING,
      MISSING,
      signature > 1 ? MISSING : String(signature === 1),
      MISSING,
      signature === 1 ? "Valid" : notes.join(", ") || MISSING,
    ],
    time,
    path === "" ? undefined : { ...fileOf(batch, at, path, false), isModule: true },
  );
}

/** Event 25. */
export function decodeTampering(decoding: Decoding, at: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(PROCESS_TAMPERING.id)) return undefined;
  const type = TAMPERINGS[decoding.batch.word(at + FileLayout.how)] ?? MISSING;
  return tampering(process, decoding.batch.time(at), type, userOf(decoding, at));
}

/** Event 25 of a program that is executed from no file that has a name, or undefined. */
export function withoutFile(decoding: Decoding, at: number, process: Process): Event | undefined {
  const { batch } = decoding;
  if (!batch.flag(at, Flag.UNLINKED) || !decoding.wanted(PROCESS_TAMPERING.id)) {
    return undefined;
  }
  return tampering(process, batch.time(at), "Image has no file", userOf(decoding, at));
}

/** Events 25 of all processes whose image just lost its name. */
export function imageEnded(
  { processes }: Decoding,
  path: string,
  time: number,
  type: string,
): Event[] {
  return processes.running(path).map((process) => tampering(process, time, type, process.user));
}

function tampering(process: Process, time: number, type: string, user: string): Event {
  const values = [...opening(process, time), process.face.image, type, user];
  return eventOf(PROCESS_TAMPERING, process, values, time);
}
