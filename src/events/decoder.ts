/**
 * From the native side's records to events: which decoder knows which kind of record.
 */
import { decodeAccess, decodeInjection } from "./access_records.ts";
import { Batch } from "./batch.ts";
import { decodeBlockedExecutable, decodeBlockedShredding } from "./denial_records.ts";
import { decodeBpf } from "./bpf_records.ts";
import type { DecoderCounters, Decoding, RecordDecoder } from "./decoding.ts";
import { decodeQuery } from "./dns_records.ts";
import type { Event } from "./event.ts";
import {
  decodeCreation,
  decodeDeletion,
  decodePipeConnection,
  decodePipeCreation,
  decodeRawRead,
  decodeStream,
  decodeTimes,
} from "./file_records.ts";
import type { Host } from "./host.ts";
import { decodeInterference, decodeTouch, type Interference } from "./interference_records.ts";
import {
  decodeExecutable,
  decodeImageLoad,
  decodeModule,
  decodeTampering,
} from "./image_records.ts";
import { decodeConnection } from "./network_records.ts";
import { decodeExec, decodeExit, decodeFork, decodeRunning } from "./process_records.ts";
import { Containers, decodeContainer } from "./containers.ts";
import { ProcessTable } from "./process_table.ts";
import {
  AccessLayout,
  BpfLayout,
  ContainerLayout,
  DenialLayout,
  DnsLayout,
  ExecLayout,
  ExitLayout,
  FileLayout,
  ForkLayout,
  HeaderLayout,
  InterferenceLayout,
  Kind,
  NetworkLayout,
  TouchLayout,
} from "./record_layout.ts";

/** Of each kind: bytes in front of its own part and texts, and who decodes it. */
const KINDS: readonly (readonly [bytes: number, decode: RecordDecoder] | undefined)[] = kinds({
  [Kind.EXEC]: [ExecLayout.bytes, decodeExec],
  [Kind.FORK]: [ForkLayout.bytes, decodeFork],
  [Kind.EXIT]: [ExitLayout.bytes, decodeExit],
  [Kind.FILE_CREATE]: [FileLayout.bytes, decodeCreation],
  [Kind.FILE_DELETE]: [FileLayout.bytes, decodeDeletion],
  [Kind.NETWORK]: [NetworkLayout.bytes, decodeConnection],
  [Kind.PROCESS]: [ExecLayout.bytes, decodeRunning],
  [Kind.FILE_TIME]: [FileLayout.bytes, decodeTimes],
  [Kind.RAW_READ]: [FileLayout.bytes, decodeRawRead],
  [Kind.ACCESS]: [AccessLayout.bytes, decodeAccess],
  [Kind.INJECT]: [AccessLayout.bytes, decodeInjection],
  [Kind.TAMPER]: [FileLayout.bytes, decodeTampering],
  [Kind.STREAM]: [FileLayout.bytes, decodeStream],
  [Kind.PIPE_CREATE]: [FileLayout.bytes, decodePipeCreation],
  [Kind.PIPE_CONNECT]: [FileLayout.bytes, decodePipeConnection],
  [Kind.MODULE]: [FileLayout.bytes, decodeModule],
  [Kind.IMAGE_LOAD]: [FileLayout.bytes, decodeImageLoad],
  [Kind.BPF]: [BpfLayout.bytes, decodeBpf],
  [Kind.EXECUTABLE]: [FileLayout.bytes, decodeExecutable],
  [Kind.DNS]: [DnsLayout.bytes, decodeQuery],
  [Kind.CONTAINER]: [ContainerLayout.bytes, decodeContainer],
  [Kind.BLOCKED_EXECUTABLE]: [DenialLayout.bytes, decodeBlockedExecutable],
  [Kind.BLOCKED_SHREDDING]: [DenialLayout.bytes, decodeBlockedShredding],
  [Kind.INTERFERENCE]: [InterferenceLayout.bytes, decodeInterference],
  [Kind.TOUCH]: [FileLayout.bytes + TouchLayout.bytes, decodeTouch],
});

function kinds(table: Readonly<Record<number, readonly [number, RecordDecoder]>>) {
  return Array.from({ length: Kind.COUNT }, (_, kind) => table[kind]);
}

/** Decodes batches of records; keeps the process table. */
export class Decoder {
  readonly processes: ProcessTable;
  readonly counters: DecoderCounters = { records: 0, unknown: 0, running: 0 };
  readonly #batch: Batch;
  readonly #decoding: Decoding;

  /** Decodes what is in `buffer` at each call of {@link decode}. */
  constructor(host: Host, buffer: Uint8Array<ArrayBuffer>) {
    this.processes = new ProcessTable(host);
    this.#batch = new Batch(buffer);
    this.#decoding = {
      batch: this.#batch,
      host,
      processes: this.processes,
      containers: new Containers(),
      counters: this.counters,
      interferences: [],
      wanted: () => true,
    };
  }

  /** Events for which this is false are not even built. */
  set wanted(wanted: (id: number) => boolean) {
    this.#decoding.wanted = wanted;
  }

  /** What was done to the sensor since the last call. */
  takeInterferences(): readonly Interference[] {
    return this.#decoding.interferences.splice(0);
  }

  /** Appends the events of the buffer's first `length` bytes to `out`, in order. */
  decode(length: number, out: Event[]): void {
    const batch = this.#batch;
    batch.begin(length, this.#decoding.host.bootEpoch());
    for (let at = 0; at + HeaderLayout.bytes <= length;) {
      const size = batch.word(at);
      if (size < HeaderLayout.bytes || size % 8 !== 0 || at + size > length) {
        this.counters.unknown++;
        return;
      }
      this.counters.records++;
      const kind = KINDS[batch.half(at + HeaderLayout.kind)];
      if (kind === undefined || size < kind[0]) {
        this.counters.unknown++;
      } else {
        const event = kind[1](this.#decoding, at, size);
        if (Array.isArray(event)) out.push(...event);
        else if (event !== undefined) out.push(event as Event);
      }
      at += size;
    }
  }
}
