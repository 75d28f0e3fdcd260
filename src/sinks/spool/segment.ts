/**
 * Reading one segment file.
 */
import type { Chunk } from "../chunk.ts";
import {
  decodeFrame,
  findFrame,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  isIntact,
  readHeader,
  textBytes,
} from "./frame.ts";

/** A frame that was read. */
export interface Found {
  readonly chunk: Chunk;
  readonly firstLine: number;
  /** Where the next one begins. */
  readonly end: number;
}

/**
 * Reads the first intact frame at `offset` or behind it, before `limit`; undefined when there is none
 * (what is there instead is damaged), or no such file.
 */
export async function readFrame(
  path: string,
  offset: number,
  limit: number,
  blank: (bytes: number) => Chunk,
): Promise<Found | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    return undefined;
  }
  try {
    const header = readHeader(await bytesAt(file, offset, FRAME_HEADER_BYTES));
    if (header !== undefined && offset + header.bytes <= limit) {
      const frame = await bytesAt(file, offset, header.bytes);
      if (isIntact(frame, header)) return found(frame, header, offset, blank);
    }
    const rest = await bytesAt(file, offset, limit - offset);
    const at = findFrame(rest, 1);
    if (at === undefined) return undefined;
    const next = readHeader(rest.subarray(at))!;
    return found(rest.subarray(at, at + next.bytes), next, offset + at, blank);
  } catch {
    return undefined;
  } finally {
    file.close();
  }
}

function found(
  frame: Uint8Array<ArrayBuffer>,
  header: FrameHeader,
  offset: number,
  blank: (bytes: number) => Chunk,
): Found {
  const chunk = blank(textBytes(header));
  decodeFrame(frame, header, chunk);
  return { chunk, firstLine: header.firstLine, end: offset + header.bytes };
}

async function bytesAt(
  file: Deno.FsFile,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  await file.seek(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** What the intact frames of a segment hold. */
export interface WholeFrames {
  /** Where the last intact one ends. */
  readonly bytes: number;
  /** Undefined when there is none. */
  readonly firstLine: number | undefined;
  /** One more than the last line's number, 0 when there is none. */
  readonly endLine: number;
}

/** Looks through a segment, or its first `most` intact frames. @throws a system error. */
export function wholeFrames(path: string, most = Infinity): WholeFrames {
  const bytes = Deno.readFileSync(path);
  let end = 0;
  let firstLine: number | undefined;
  let endLine = 0;
  for (let count = 0; count < most; count++) {
    const at = findFrame(bytes, end);
    if (at === undefined) break;
    const header = readHeader(bytes.subarray(at))!;
    firstLine ??= header.firstLine;
    endLine = header.firstLine + header.lines;
    end = at + header.bytes;
  }
  return { bytes: end, firstLine, endLine };
}
