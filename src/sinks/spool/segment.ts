/**
 * Reading one segment file.
 */
import { Chunk } from "../chunk.ts";
import {
  decodeFrame,
  findFrame,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  isIntact,
  readHeader,
  textBytes,
} from "./frame.ts";

/** Frames that were read, one directly behind the other. */
export interface Found {
  /** The lines of all of them. */
  readonly chunk: Chunk;
  readonly firstLine: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** What is read at once: small batches that have waited go to the receiver together. */
const READ_BYTES = 256 * 1024;

/**
 * Reads the first intact frame at `offset` or behind it, before `limit`, whatever its size, and of those
 * that follow it without a gap as many as end within 256 KiB; undefined when there is none (what is
 * there instead is damaged), or no such file.
 */
export async function readFrames(
  path: string,
  offset: number,
  limit: number,
  separator: number,
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
      const length = Math.min(Math.max(header.bytes, READ_BYTES), limit - offset);
      const found = joined(await bytesAt(file, offset, length), 0, offset, separator);
      if (found !== undefined) return found;
    }
    const rest = await bytesAt(file, offset, limit - offset);
    const at = findFrame(rest, 1);
    return at === undefined ? undefined : joined(rest, at, offset, separator);
  } catch {
    return undefined;
  } finally {
    file.close();
  }
}

/** The frames from `at` on; `offset` is where `bytes` begin in the segment. */
function joined(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  offset: number,
  separator: number,
): Found | undefined {
  const frames: { header: FrameHeader; bytes: Uint8Array<ArrayBuffer> }[] = [];
  let end = at;
  let text = 0;
  let line: number | undefined;
  for (;;) {
    const header = readHeader(bytes.subarray(end));
    if (header === undefined || header.firstLine !== (line ?? header.firstLine)) break;
    const frame = bytes.subarray(end, end + header.bytes);
    if (frames.length > 0 && end + header.bytes - at > READ_BYTES) break;
    if (!isIntact(frame, header)) break;
    frames.push({ header, bytes: frame });
    end += header.bytes;
    text += textBytes(header);
    line = header.firstLine + header.lines;
  }
  if (frames.length === 0) return undefined;
  const chunk = new Chunk(text, separator);
  for (const frame of frames) decodeFrame(frame.bytes, frame.header, chunk);
  return { chunk, firstLine: frames[0].header.firstLine, end: offset + end };
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
