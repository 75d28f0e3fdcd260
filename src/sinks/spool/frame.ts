/**
 * One chunk of lines on disk: length, checksum, the number of its first line, marks, text.
 */
import { crc32 } from "node:zlib";
import type { Chunk } from "../chunk.ts";

/** Bytes in front of a frame's marks and text. */
export const FRAME_HEADER_BYTES = 24;
/** No chunk comes near it; a length beyond is damage. */
export const LARGEST_FRAME_BYTES = 64 * 2 ** 20;

/** `MSP1`, little-endian, as all numbers. */
const MAGIC = 0x3150534d;
const CHECKED_FROM = 8;
const MARK_BYTES = 16;

/** What a frame's header says; nothing of it is certain until the checksum was. */
export interface FrameHeader {
  readonly checksum: number;
  /** Bytes of the whole frame. */
  readonly bytes: number;
  readonly lines: number;
  /** Number of its first line among all that the spool ever took. */
  readonly firstLine: number;
}

/** Bytes that the undelivered lines of a chunk take on disk. */
export function frameBytes(chunk: Chunk): number {
  return FRAME_HEADER_BYTES + chunk.lines * MARK_BYTES + chunk.end - chunk.start;
}

/** The frame of a chunk's undelivered lines. */
export function encodeFrame(chunk: Chunk, firstLine: number): Uint8Array<ArrayBuffer> {
  const { lines } = chunk;
  const frame = new Uint8Array(frameBytes(chunk));
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, frame.length, true);
  view.setUint32(12, lines, true);
  view.setFloat64(16, firstLine, true);
  const first = chunk.recordIds.length - lines;
  let at = FRAME_HEADER_BYTES;
  for (let i = 0; i < lines; i++, at += MARK_BYTES) {
    view.setFloat64(at, chunk.recordIds[first + i], true);
    view.setFloat64(at + 8, chunk.times[first + i], true);
  }
  frame.set(chunk.bytes.subarray(chunk.start, chunk.end), at);
  view.setUint32(4, crc32(frame.subarray(CHECKED_FROM)), true);
  return frame;
}

/** The header at the beginning of `bytes`, or undefined when there is none. */
export function readHeader(bytes: Uint8Array<ArrayBuffer>): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const header = {
    checksum: view.getUint32(4, true),
    bytes: view.getUint32(8, true),
    lines: view.getUint32(12, true),
    firstLine: view.getFloat64(16, true),
  };
  const fits = header.bytes >= FRAME_HEADER_BYTES + header.lines * MARK_BYTES &&
    header.bytes <= LARGEST_FRAME_BYTES;
  return view.getUint32(0, true) === MAGIC && fits ? header : undefined;
}

/** Whether the bytes of a whole frame are those that were written. */
export function isIntact(frame: Uint8Array<ArrayBuffer>, header: FrameHeader): boolean {
  return frame.length === header.bytes && crc32(frame.subarray(CHECKED_FROM)) === header.checksum;
}

/** How many bytes of text an intact frame holds. */
export function textBytes({ bytes, lines }: FrameHeader): number {
  return bytes - FRAME_HEADER_BYTES - lines * MARK_BYTES;
}

/** Adds the lines of an intact frame to a chunk that has room for them. */
export function decodeFrame(
  frame: Uint8Array<ArrayBuffer>,
  { lines }: FrameHeader,
  chunk: Chunk,
): void {
  const view = new DataView(frame.buffer, frame.byteOffset);
  const marks = Array.from({ length: lines }, (_, i) => {
    const at = FRAME_HEADER_BYTES + i * MARK_BYTES;
    return { recordId: view.getFloat64(at, true), time: view.getFloat64(at + 8, true) };
  });
  const text = frame.subarray(FRAME_HEADER_BYTES + lines * MARK_BYTES);
  chunk.bytes.set(text, chunk.end);
  chunk.added(text.length, marks, lines);
}

/** Where the next intact frame begins, at `from` or behind it; undefined when there is none. */
export function findFrame(bytes: Uint8Array<ArrayBuffer>, from: number): number | undefined {
  const first = MAGIC & 0xff;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    const header = readHeader(bytes.subarray(at));
    if (header !== undefined && isIntact(bytes.subarray(at, at + header.bytes), header)) return at;
  }
  return undefined;
}
