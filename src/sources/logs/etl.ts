/** Reads traces of Windows (ETL): the native side's lines -> events. */
import { PROCESS_RECORDS, TraceDecoder } from "../../events/windows/trace_decoder.ts";
import type { TraceRecord } from "../../events/windows/trace_record.ts";
import type { Event } from "../../events/event.ts";
import type { Input } from "./input.ts";

/** The part of the native library that knows traces (`native/windows`). */
export interface TraceReader {
  /** See `Native.traces`. */
  readonly traces: {
    open(path: string): number;
    read(trace: number, out: Uint8Array<ArrayBuffer>): number;
    close(trace: number): void;
  };
}

/** How many records of a kind a trace has. */
export interface TraceKind {
  /** Class of the kernel logger, or provider. */
  readonly origin: string;
  /** Event type or id there. */
  readonly id: number;
  readonly version: number;
  /** In our words; null for a kind whose layout is not known. */
  readonly event: string | null;
  /** The name that an unknown kind brings along, or null. */
  readonly name: string | null;
  readonly count: number;
}

/** What was in a trace. */
export interface TraceTotal {
  readonly records: number;
  readonly kinds: readonly TraceKind[];
  /** Records of kinds beyond the first 4096. */
  readonly furtherKinds: number;
  readonly buffers: number;
  readonly damaged: number;
  readonly unused: number;
  readonly compressed: number;
  readonly skippedBytes: number;
}

/** A record's event, something that is wrong, or what it all came to. */
export type TraceItem =
  | { readonly record: number; readonly event: Event }
  | { readonly record: number; readonly problem: string }
  | { readonly total: TraceTotal };

/** Bytes at the start of a file that {@link isTrace} looks at. */
export const TRACE_LOOK = 80;

/** How the lines begin that the first reading is for. */
const PROCESS_LINES = PROCESS_RECORDS.map((event) => `{"event":"${event}"`);
const OUT_BYTES = 4 * 1024 * 1024;
const [SMALLEST_BUFFER, LARGEST_BUFFER] = [1024, 16 * 1024 * 1024];

/**
 * Whether a file begins as a trace does: a buffer's head (72 bytes, its size first), then a system
 * header (type 1 to 4, flags 0xc0) whose hook is 0.
 */
export function isTrace(start: Uint8Array<ArrayBuffer>): boolean {
  if (start.length < TRACE_LOOK) return false;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const size = view.getUint32(0, true);
  const [kind, flags, hook] = [view.getUint8(74), view.getUint8(75), view.getUint16(78, true)];
  return size >= SMALLEST_BUFFER && size <= LARGEST_BUFFER && kind >= 1 && kind <= 4 &&
    flags === 0xc0 && hook === 0;
}

/**
 * Opens a trace, and gives what reads it. `everything`: also what Sysmon has no event for.
 *
 * @throws {NativeError} for what is no trace
 */
export function openTrace(native: TraceReader, path: string, everything: boolean): Trace {
  return new Trace(native, [native.traces.open(path), native.traces.open(path)], everything);
}

/**
 * Opens a trace that comes as a stream. Its buffers are not in the order of their times, so that it
 * has to be on a disk: in the folder for temporary files, readable for nobody else, until it is closed.
 *
 * @throws {NativeError} for what is no trace; what writing throws (`Deno.errors`)
 */
export async function openCopy(
  native: TraceReader,
  input: Input,
  everything: boolean,
): Promise<Trace> {
  const path = await Deno.makeTempFile({ prefix: "monomi-", suffix: ".etl" });
  const remove = () => Deno.removeSync(path);
  try {
    using file = await Deno.open(path, { write: true });
    for (let bytes = await input.next(); bytes.length > 0; bytes = await input.next()) {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    }
    const numbers = [native.traces.open(path), native.traces.open(path)] as const;
    if (Deno.build.os === "windows") return new Trace(native, numbers, everything, remove);
    remove();
    return new Trace(native, numbers, everything);
  } catch (error) {
    remove();
    throw error;
  }
}

type Line = TraceRecord | { readonly problem: string } | { readonly total: TraceTotal } | {
  readonly head: unknown;
};

/** An open trace. */
export class Trace {
  readonly #native: TraceReader;
  /** Opened twice, as it is read twice. */
  readonly #numbers: readonly [number, number];
  readonly #decoder: TraceDecoder;
  /** Records whose layout is known, so far. */
  #records = 0;
  #isOpen = true;
  readonly #onClose: () => void;

  /** @internal */
  constructor(
    native: TraceReader,
    numbers: readonly [number, number],
    everything: boolean,
    onClose = () => {},
  ) {
    this.#native = native;
    this.#onClose = onClose;
    this.#numbers = numbers;
    this.#decoder = new TraceDecoder(everything);
  }

  /** Everything in the trace, in the order of its times. */
  *read(): Generator<TraceItem> {
    const [first, second] = this.#numbers;
    for (const line of this.#lines(first)) {
      if (PROCESS_LINES.some((start) => line.startsWith(start))) {
        this.#decoder.prepare(JSON.parse(line));
      }
    }
    for (const line of this.#lines(second)) {
      const item = this.#item(JSON.parse(line));
      if (item !== undefined) yield item;
    }
  }

  *#lines(number: number): Generator<string> {
    const out = new Uint8Array(OUT_BYTES);
    const text = new TextDecoder();
    while (this.#isOpen) {
      const length = this.#native.traces.read(number, out);
      if (length === 0) return;
      const lines = text.decode(out.subarray(0, length)).split("\n");
      lines.pop();
      yield* lines;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#numbers.forEach((number) => this.#native.traces.close(number));
    this.#onClose();
  }

  #item(line: Line): TraceItem | undefined {
    if ("head" in line) return undefined;
    if ("total" in line) return line;
    if ("problem" in line) return { record: this.#records, problem: line.problem };
    this.#records++;
    const event = this.#decoder.decode(line);
    return event && { record: this.#records, event };
  }
}
