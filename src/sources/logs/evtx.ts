/** Reads Windows event logs (EVTX), some chunks at a time. */
import { EvtxBatches, type EvtxRecord, LOG_BATCH_BYTES } from "./evtx_batch.ts";
import type { Input } from "./input.ts";

/** What every log begins with. */
export const EVTX_MAGIC = "ElfFile\0";

/** The part of the native library that knows chunks (`native/logs`). */
export interface ChunkReader {
  /** See `Native.logChunks`. */
  logChunks(chunks: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Promise<number>;
}

const FILE_HEADER_BYTES = 4096;
const CHUNK_BYTES = 65_536;
/** Chunks that are read in one call. */
const CHUNKS = 16;
/** Calls that run at the same time, each on a thread of its own. */
const CALLS = 2;

/** A call that runs. */
interface Call {
  readonly chunks: Uint8Array<ArrayBuffer>;
  readonly out: Uint8Array<ArrayBuffer>;
  readonly length: Promise<number>;
}

/** Every record of a log, and everything damaged, in order, as many as were read together. */
export async function* readEvtx(input: Input, native: ChunkReader): AsyncGenerator<EvtxRecord[]> {
  await input.take(FILE_HEADER_BYTES);
  const batches = new EvtxBatches();
  const free = Array.from({ length: CALLS }, () => new Uint8Array(LOG_BATCH_BYTES));
  const calls: Call[] = [];
  const begin = (chunks: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Call => ({
    chunks,
    out,
    length: native.logChunks(chunks, out),
  });
  try {
    for (let isOver = false; !isOver || calls.length > 0;) {
      while (!isOver && free.length > 0) {
        const chunks = await input.take(CHUNKS * CHUNK_BYTES);
        isOver = chunks.length === 0;
        if (!isOver) calls.push(begin(chunks, free.pop()!));
      }
      const call = calls[0];
      if (call === undefined) return;
      const { records, taken } = readCall(batches, call.out, await call.length);
      // What did not fit into the buffer comes before all that follows.
      if (taken < call.chunks.length) calls[0] = begin(call.chunks.subarray(taken), call.out);
      else free.push(calls.shift()!.out);
      if (records.length > 0) yield records;
    }
  } finally {
    // Until then the buffers are not ours alone.
    await Promise.all(calls.map(({ length }) => length));
  }
}

function readCall(batches: EvtxBatches, out: Uint8Array<ArrayBuffer>, length: number) {
  if (length < 0) return { records: [batches.unreadable()], taken: CHUNK_BYTES };
  const batch = out.subarray(0, length);
  return { records: batches.read(batch), taken: EvtxBatches.taken(batch) };
}
