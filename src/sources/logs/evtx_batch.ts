/** Takes apart what the native library read of an event log: numbers and one text (`native/logs`). */
import type { RawResult } from "./raw_record.ts";

/** Smallest buffer that a batch may be read into: one chunk's part and two counts. */
export const LOG_BATCH_BYTES = 8 * 1024 * 1024 + 8;

/** Which record, by its number in the log, and what it holds. */
export interface EvtxRecord {
  readonly place: { readonly record: number };
  readonly result: RawResult;
}

const WORD_BYTES = 4;
const HALF = 2 ** 32;
const NO_ID = 0xffff_ffff;
const SYSTEM_TEXTS = 4;
/** Lists of names kept of one log; one with more of them makes them up. */
const MAX_SHAPES = 1000;

/** The kinds of items. */
const Item = { CHUNK: 0, PROBLEM: 1, NAMES: 2, RECORD: 3 } as const;

/** Reads the batches of one log, in order. */
export class EvtxBatches {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Lists of names, so that records of one form have the same one. */
  readonly #shapes = new Map<string, readonly string[]>();
  #chunk = -1;
  /** Where a place has no number, the last one is the nearest to go by. */
  #last = 0;

  /** How many bytes of chunks the batch was made of. */
  static taken(batch: Uint8Array<ArrayBuffer>): number {
    return new DataView(batch.buffer, batch.byteOffset).getUint32(0, true);
  }

  /** A chunk that could not be read at all. */
  unreadable(): EvtxRecord {
    this.#chunk++;
    return this.#problem(undefined, "it cannot be read");
  }

  /** Every record and problem; `batch` begins where a multiple of 4 bytes are before it. */
  read(batch: Uint8Array<ArrayBuffer>): EvtxRecord[] {
    const view = new DataView(batch.buffer, batch.byteOffset);
    const count = view.getUint32(WORD_BYTES, true);
    const words = new Uint32Array(batch.buffer, batch.byteOffset + 2 * WORD_BYTES, count);
    const text = this.#decoder.decode(batch.subarray((2 + count) * WORD_BYTES));
    const shapes: (readonly string[])[] = [];
    const records: EvtxRecord[] = [];
    let at = 0;
    const texts = (length: number): string[] => {
      const list = new Array<string>(length);
      let start = words[at++];
      for (let i = 0; i < length; i++) {
        const end = words[at++];
        list[i] = text.substring(start, end);
        start = end;
      }
      return list;
    };
    while (at < count) {
      switch (words[at++]) {
        case Item.CHUNK:
          this.#chunk++;
          break;
        case Item.PROBLEM: {
          const isKnown = words[at++] === 1;
          const number = words[at++] + words[at++] * HALF;
          const [message] = texts(1);
          records.push(this.#problem(isKnown ? number : undefined, message));
          break;
        }
        case Item.NAMES:
          shapes.push(this.#shape(texts(words[at++])));
          break;
        case Item.RECORD: {
          this.#last = words[at++] + words[at++] * HALF;
          const names = shapes[words[at++]];
          const id = words[at++];
          const present = words[at++];
          const [provider, computer, time] = texts(SYSTEM_TEXTS);
          const values = texts(names.length);
          const result = {
            provider: present & 1 ? provider : undefined,
            computer: present & 2 ? computer : undefined,
            id: id === NO_ID ? undefined : id,
            time: present & 4 ? time : undefined,
            fields: { names, values },
            onlyFields: true,
          };
          records.push({ place: { record: this.#last }, result });
          break;
        }
      }
    }
    return records;
  }

  #problem(record: number | undefined, message: string): EvtxRecord {
    this.#last = record ?? this.#last;
    const problem = record === undefined ? `chunk ${this.#chunk}: ${message}` : message;
    return { place: { record: this.#last }, result: { problem } };
  }

  #shape(names: readonly string[]): readonly string[] {
    const key = names.join("\0");
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
    this.#shapes.set(key, names);
    return names;
  }
}
