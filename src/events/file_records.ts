/**
 * What happens to files that a path names: events 2, 9, 11, 15, 17, 18, 23 and 26.
 */
import { utcTime } from "./clock.ts";
import {
  actorOf,
  addPlacement,
  type Decoding,
  definitionOf,
  eventOf,
  fileTime,
  opening,
  pathOf,
  userOf,
} from "./decoding.ts";
import { type Event, type FieldValue, MISSING } from "./event.ts";
import { imageEnded } from "./image_records.ts";
import { FileLayout, How, StreamLayout, TimesLayout } from "./record_layout.ts";

const FILE_CREATE_TIME = definitionOf(2);
const RAW_ACCESS_READ = definitionOf(9);
const FILE_CREATE = definitionOf(11);
const FILE_CREATE_STREAM_HASH = definitionOf(15);
const PIPE_CREATED = definitionOf(17);
const PIPE_CONNECTED = definitionOf(18);
const FILE_DELETE = definitionOf(23);
const FILE_DELETE_DETECTED = definitionOf(26);
const TAMPERING = 25;

/** Bytes of an attribute's name in a stream's own part. */
const ATTRIBUTE_BYTES = 256;
/** What is not a single line of text is not shown in Contents. */
const UNPRINTABLE = /[^\P{C}\t]|\uFFFD/u;

/** Event 11, and events 25 of those whose image was replaced. */
export function decodeCreation(
  decoding: Decoding,
  at: number,
  size: number,
): Event | readonly Event[] | undefined {
  const process = actorOf(decoding, at);
  const renamed = decoding.batch.word(at + FileLayout.how) === How.RENAME;
  const tampering = renamed && decoding.wanted(TAMPERING);
  if (!decoding.wanted(FILE_CREATE.id) && !tampering) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const ended = tampering ? imageEnded(decoding, path, time, "Image is replaced") : [];
  if (!decoding.wanted(FILE_CREATE.id)) return ended;
  const text = utcTime(time);
  const { guid, pid, face } = process;
  const user = userOf(decoding, at);
  const values = [MISSING, text, guid, pid, face.image, path, text, user];
  const event = eventOf(FILE_CREATE, process, values, time);
  return ended.length === 0 ? event : [event, ...ended];
}

/** Event 23, or what {@link alternative} makes of it, and events 25 of those whose image it was. */
export function decodeDeletion(
  decoding: Decoding,
  at: number,
  size: number,
): Event | readonly Event[] | undefined {
  const process = actorOf(decoding, at);
  const logged = decoding.wanted(FILE_DELETE.id) || decoding.wanted(FILE_DELETE_DETECTED.id);
  const unlinked = decoding.batch.word(at + FileLayout.how) === How.UNLINK;
  const tampering = unlinked && decoding.wanted(TAMPERING);
  if (!logged && !tampering) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const ended = tampering ? imageEnded(decoding, path, time, "Image is deleted") : [];
  if (!logged) return ended;
  const user = userOf(decoding, at);
  const event = eventOf(FILE_DELETE, process, [
    ...opening(process, time),
    user,
    process.face.image,
    path,
    MISSING,
    MISSING,
    MISSING,
  ], time);
  return ended.length === 0 ? event : [event, ...ended];
}

/**
 * A deletion that the rules for FileDelete dropped, as the event that they are asked for next (N8);
 * undefined when there is none.
 */
export function alternative(event: Event): Event | undefined {
  if (event.definition !== FILE_DELETE) return undefined;
  const values = event.values.slice(0, FILE_DELETE_DETECTED.fields.length);
  if (event.container !== undefined) {
    addPlacement(FILE_DELETE_DETECTED, values, event.container);
  }
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
  return eventOf(FILE_CREATE_TIME, process, [
    ...opening(process, time),
    process.face.image,
    path,
    fileTime(batch, own + TimesLayout.mtime),
    fileTime(batch, own + TimesLayout.previousMtime),
    userOf(decoding, at),
  ], time);
}

/** Event 9. */
export function decodeRawRead(decoding: Decoding, at: number, size: number): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(RAW_ACCESS_READ.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const user = userOf(decoding, at);
  return eventOf(RAW_ACCESS_READ, process, [
    ...opening(process, time),
    process.face.image,
    path,
    user,
  ], time);
}

/**
 * Event 15. The attribute stands behind the path as a stream's name does; the value is hashed when
 * it is here as a whole.
 */
export function decodeStream(decoding: Decoding, at: number, size: number): Event | undefined {
  const { batch } = decoding;
  const process = actorOf(decoding, at);
  if (!decoding.wanted(FILE_CREATE_STREAM_HASH.id)) return undefined;
  const path = pathOf(decoding, at, size);
  const own = at + FileLayout.bytes;
  const length = batch.word(own + StreamLayout.valueLen);
  const whole = length === batch.word(own + StreamLayout.valueTotal);
  const start = StreamLayout.bytes + ATTRIBUTE_BYTES;
  if (path === undefined || batch.word(at + FileLayout.extraLen) < start + length) {
    return undefined;
  }
  const name = batch.utf8(own + StreamLayout.bytes, ATTRIBUTE_BYTES).replace(/\0[^]*$/, "");
  const value = batch.bytes.slice(own + start, own + start + length);
  const text = batch.utf8(own + start, length).replace(/\0$/, "");
  const time = batch.time(at);
  const values: FieldValue[] = [
    ...opening(process, time),
    process.face.image,
    `${path}:${name}`,
    fileTime(batch, own + StreamLayout.created),
    MISSING,
    whole && text !== "" && !UNPRINTABLE.test(text) ? text : MISSING,
    userOf(decoding, at),
  ];
  return {
    ...eventOf(FILE_CREATE_STREAM_HASH, process, values, time),
    content: whole ? value : undefined,
  };
}

/** Event 17. */
export function decodePipeCreation(decoding: Decoding, at: number, size: number) {
  return pipe(decoding, at, size, PIPE_CREATED, "CreatePipe");
}

/** Event 18. */
export function decodePipeConnection(decoding: Decoding, at: number, size: number) {
  return pipe(decoding, at, size, PIPE_CONNECTED, "ConnectPipe");
}

function pipe(
  decoding: Decoding,
  at: number,
  size: number,
  definition: typeof PIPE_CREATED,
  type: string,
): Event | undefined {
  const process = actorOf(decoding, at);
  if (!decoding.wanted(definition.id)) return undefined;
  const path = pathOf(decoding, at, size);
  if (path === undefined) return undefined;
  const time = decoding.batch.time(at);
  const { guid, pid, face } = process;
  const user = userOf(decoding, at);
  const values = [MISSING, type, utcTime(time), guid, pid, path, face.image, user];
  return eventOf(definition, process, values, time);
}
