/** Reads Windows event logs (EVTX), chunk by chunk. */
import type { Input } from "./input.ts";
import type { RawResult } from "./raw_record.ts";

/** What every log begins with. */
export const EVTX_MAGIC = "ElfFile\0";

/** The part of the native library that knows chunks (`native/logs`). */
export interface ChunkReader {
  /** See `Native.logChunk`. */
  logChunk(chunk: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): number;
}

/** Which record, by its number in the log, and what it holds. */
export interface EvtxRecord {
  readonly place: { readonly record: number };
  readonly result: RawResult;
}

interface Line {
  readonly record: number | null;
  readonly problem?: string;
  readonly provider?: string | null;
  readonly computer?: unknown;
  readonly id?: unknown;
  readonly time?: unknown;
  readonly fields?: Readonly<Record<string, string>>;
}

const FILE_HEADER_BYTES = 4096;
const CHUNK_BYTES = 65_536;
const OUTPUT_BYTES = 1024 * 1024;

/** Every record of a log, and everything damaged, in order. */
export async function* readEvtx(input: Input, native: ChunkReader): AsyncGenerator<EvtxRecord> {
  await input.take(FILE_HEADER_BYTES);
  const decoder = new TextDecoder();
  let out = new Uint8Array(OUTPUT_BYTES);
  // Where a place has no number, the last one is the nearest to go by.
  let last = 0;
  for (let number = 0;; number++) {
    const chunk = await input.take(CHUNK_BYTES);
    if (chunk.length === 0) return;
    let length = native.logChunk(chunk, out);
    if (length > out.length) {
      out = new Uint8Array(length);
      length = native.logChunk(chunk, out);
    }
    if (length < 0) {
      yield { place: { record: last }, result: { problem: `chunk ${number} cannot be read` } };
      continue;
    }
    for (const text of decoder.decode(out.subarray(0, length)).split("\n")) {
      if (text === "") continue;
      const line: Line = JSON.parse(text);
      last = line.record ?? last;
      yield { place: { record: last }, result: resultOf(line, number) };
    }
  }
}

function resultOf(line: Line, chunk: number): RawResult {
  if (line.problem !== undefined) {
    return { problem: line.record === null ? `chunk ${chunk}: ${line.problem}` : line.problem };
  }
  return {
    provider: line.provider ?? undefined,
    computer: typeof line.computer === "string" ? line.computer : undefined,
    id: line.id,
    time: line.time,
    fields: Object.entries(line.fields ?? {}),
    onlyFields: true,
  };
}
