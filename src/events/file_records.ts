/**
 * What happens to files that a path names: events 2, 9, 11, 23 and 26.
 */
import { millisecondsOf, utcTime } from "./clock.ts";
import { actorOf, type Decoding, definitionOf, eventOf, opening, userOf } from "./decoding.ts";
import { type Event, MISSING } from "./event.ts";
import { FileLayout, TimesLayout } from "./record_layout.ts";

const FILE_CREATE_TIME = definitionOf(2);
const RAW_ACCESS_READ = definitionOf(9);
const FILE_CREATE = definitionOf(11);
const FILE_DELETE = definitionOf(23);
const FILE_DELETE_DETECTED = definitionOf(26);

/** The path of a file record; undefined, and counted, when the record is shorter than it says. */
function pathOf({ batch, counters }: Decoding, at: number, size: number): string | undefined {
  const start = FileLayout.bytes + batch.word(at + FileLayout.extraLen);
  const length = batch.word(at + FileLayout.pathLen);
  if (start + length > size) {
    counters.unknown++;
    return undefined;
  }
  return batch.text(at, at + start, length);
}

/** Event 11. */
export function decodeCreation(decoding: Decoding, at: number, size: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(FILE_CREATE.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const text = utcTime(time);
  const { guid, pid, face } = process;
  const user = userOf(decoding, at);
  return eventOf(FILE_CREATE, [MISSING, text, guid, pid, face.image, path, text, user], time);
}

/** Event 23, or what {@link alternative} makes of it. */
export function decodeDeletion(decoding: Decoding, at: number, size: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(FILE_DELETE.id) && !decoding.wanted(FILE_DELETE_DETECTED.id)) {
    return undefined;
  }
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const user = userOf(decoding, at);
  return eventOf(FILE_DELETE, [
    ...opening(process, time),
    user,
    process.face.image,
    path,
    MISSING,
    MISSING,
    MISSING,
  ], time);
}

/**
 * A deletion that the rules for FileDelete dropped, as the event that they are asked for next (N8);
 * undefined when there is none.
 */
export function alternative(event: Event): Event | undefined {
  if (event.definition !== FILE_DELETE) return undefined;
  const values = event.values.slice(0, FILE_DELETE_DETECTED.fields.length);
  return { ...event, definition: FILE_DELETE_DETECTED, values };
}

/** Event 2. */
export function decodeTimes(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(FILE_CREATE_TIME.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined || batch.word(at + FileLayout.extraLen) < TimesLayout.bytes) {
    return undefined;
  }
  const time = batch.time(at);
  const own = at + FileLayout.bytes;
  return eventOf(FILE_CREATE_TIME, [
    ...opening(process, time),
    process.face.image,
    path,
    fileTime(batch.word(own + TimesLayout.mtime), batch.word(own + TimesLayout.mtime + 4)),
    fileTime(
      batch.word(own + TimesLayout.previousMtime),
      batch.word(own + TimesLayout.previousMtime + 4),
    ),
    userOf(decoding, at),
  ], time);
}

/** Nanoseconds since 1970, before that negative, given as two words; `-` for 0, the unknown time. */
function fileTime(low: number, high: number): string {
  return low === 0 && high === 0 ? MISSING : utcTime(millisecondsOf(low, high | 0));
}

/** Event 9. */
export function decodeRawRead(decoding: Decoding, at: number, size: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(RAW_ACCESS_READ.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const user = userOf(decoding, at);
  return eventOf(RAW_ACCESS_READ, [
    ...opening(process, time),
    process.face.image,
    path,
    user,
  ], time);
}
