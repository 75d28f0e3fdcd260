/**
 * The native library's functions as methods, and the only file that calls through FFI.
 */
import { LAYOUT_VERSION } from "../events/record_layout.ts";
import type { AttachPlan, CaptureStats, Provocation, Provoked } from "./native_answers.ts";
import { type Library, load } from "./native_symbols.ts";

/** Version of the functions and of the record layout together (`ABI_VERSION`). */
const ABI_VERSION = LAYOUT_VERSION * 65536 + 17;
const TEXT_BYTES = 64 * 1024;
const REASON_BYTES = 1024;
const ANSWER_BYTES = 16 * 1024;
/** There is no open capture. */
const CLOSED = -2;
/** Among the events wanted: what is done to the sensor. */
const ERROR_REPORT = 255;
/** What `monomi_open` answers where it continues a capture. */
const TAKEN_OVER = 1;
/** On Windows: somebody else has ended the trace session, and nothing of it is left to drain. */
const ENDED = -3;

/** The native side cannot do what was asked; the message says why and what to do. */
export class NativeError extends Error {
  override readonly name = "NativeError";
}

/** Somebody else has ended the capture. */
export class CaptureEnded extends Error {
  override readonly name = "CaptureEnded";
}

/** Whether a killed sensor's capture goes on in this one. */
export type Opened = "new" | "taken over";

/** How the kernel side is opened. */
export interface CaptureOptions {
  /** The instance's name; on Windows the trace session has it. */
  readonly name: string;
  /**
   * A directory in a BPF file system where the kernel side survives this process being killed. Without
   * it everything ends with the process.
   */
  readonly pins?: string;
  /** Whether what is done to the sensor is seen, see {@link Native.protect}; not on Windows. */
  readonly protects?: boolean;
  /** Ids of the Sysmon events that can be logged. */
  readonly events: Iterable<number>;
  /** Ring buffer, or buffers of the trace session, in bytes; a power of two. */
  readonly ringBytes: number;
  /** Longest argument list taken, in bytes. */
  readonly maxArguments: number;
}

const NEEDS_DRIVER = "blocking on Windows needs a driver in the kernel, which monomi has not";

/** What native/service takes: `do` and what goes with it. */
export type ServiceRequest =
  & { readonly do: string }
  & Readonly<Record<string, string | number | boolean>>;

/** The loaded native library. */
export class Native {
  readonly #library: Library;
  readonly #text = new Uint8Array(TEXT_BYTES);
  readonly #decoder = new TextDecoder();

  /** @throws {NativeError} when the library is missing or of another version. */
  constructor(path: string) {
    try {
      this.#library = load(path);
    } catch (error) {
      throw new NativeError(`cannot load ${path}: ${(error as Error).message}`);
    }
    const version = this.#library.symbols.monomi_abi_version();
    if (version !== ABI_VERSION) {
      this.#library.close();
      throw new NativeError(`${path} has interface ${version}, this program needs ${ABI_VERSION}`);
    }
  }

  /** Loads and attaches the kernel programs. @throws {NativeError} */
  open({ name, events, ringBytes, maxArguments, pins = "", protects }: CaptureOptions): Opened {
    const text = this.#text;
    if (Deno.build.os === "windows") {
      const bytes = new TextEncoder().encode(name);
      this.#library.symbols.monomi_session_name(bytes, bytes.length);
    }
    text.fill(0);
    const ids = Uint8Array.from(protects ? [...events, ERROR_REPORT] : events);
    const place = new TextEncoder().encode(pins);
    const { monomi_open } = this.#library.symbols;
    const sizes = [ringBytes, maxArguments] as const;
    const result = monomi_open(
      ...[ids, ids.length, ...sizes, place, place.length, text, text.length] as const,
    );
    this.#check(result);
    return result === TAKEN_OVER ? "taken over" : "new";
  }

  /**
   * Remembers what was drained so far, for {@link commit}. False while there is nothing new, or an
   * earlier mark was not committed.
   */
  mark(): boolean {
    return this.#library.symbols.monomi_mark() === 1;
  }

  /** What was drained before the mark is safe: it need not come again if another sensor takes over. */
  commit(): void {
    this.#library.symbols.monomi_commit();
  }

  /** Attaches what `events` need, detaches the rest. @throws {NativeError} */
  configure(events: Iterable<number>): void {
    const text = this.#text;
    text.fill(0);
    const ids = Uint8Array.from(events);
    this.#check(this.#library.symbols.monomi_configure(ids, ids.length, text, text.length));
  }

  /**
   * What a capture of `events` would attach here. Attaches nothing; needs no open capture.
   *
   * @throws {NativeError} when the programs cannot be brought before the kernel.
   */
  plan(events: Iterable<number>): AttachPlan {
    const text = this.#text;
    text.fill(0);
    const ids = Uint8Array.from(events);
    const length = this.#library.symbols.monomi_plan(ids, ids.length, text, text.length);
    this.#check(length);
    return JSON.parse(this.#decoder.decode(text.subarray(0, length)));
  }

  /**
   * Denies from now on what a policy of `src/blocking` says, and nothing else.
   *
   * @throws {NativeError} when that cannot be done here; nothing is denied any more.
   */
  block(policy: Uint8Array<ArrayBuffer>): void {
    if (Deno.build.os === "windows") throw new NativeError(NEEDS_DRIVER);
    const text = this.#text;
    text.fill(0);
    this.#check(this.#library.symbols.monomi_block(policy, policy.length, text, text.length));
  }

  /**
   * Of a capture that protects: sees from now on what is done to this process, to its supervisor and to
   * what lies at `paths`; takes the place of what was said before.
   *
   * @throws {NativeError} with what cannot be seen; the rest is.
   */
  protect(paths: readonly string[], supervisor = 0): void {
    const text = this.#text;
    text.fill(0);
    const bytes = new TextEncoder().encode(paths.join("\0"));
    const { monomi_protect } = this.#library.symbols;
    this.#check(monomi_protect(supervisor, bytes, bytes.length, text, text.length));
  }

  /**
   * Refuses from now on what {@link protect} has seen, or does no longer.
   *
   * @throws {NativeError} with why it cannot; nothing is refused.
   */
  refuse(wanted: boolean): void {
    const text = this.#text;
    text.fill(0);
    this.#check(this.#library.symbols.monomi_refuse(Number(wanted), text, text.length));
  }

  /**
   * Lets this process do what others may not to the sensor that keeps its capture at `path`; false when
   * there is none.
   *
   * @throws {NativeError}
   */
  unlock(path: string): boolean {
    const text = this.#text;
    text.fill(0);
    const place = new TextEncoder().encode(path);
    const result = this.#library.symbols.monomi_unlock(place, place.length, text, text.length);
    this.#check(result);
    return result > 0;
  }

  /**
   * Resolves to true when records are there, to false after the time or {@link wake}.
   *
   * @throws {NativeError} when no capture is open; {@link CaptureEnded} when no more records come.
   */
  async wait(milliseconds: number): Promise<boolean> {
    const result = await this.#library.symbols.monomi_wait(milliseconds);
    if (result === ENDED) throw new CaptureEnded(this.stats().session?.ended ?? "capture ended");
    if (result < 0) throw refusal(result);
    return result === 1;
  }

  /** Ends a running {@link wait}. */
  wake(): void {
    this.#library.symbols.monomi_wake();
  }

  /**
   * Moves whole records into `buffer`; the number of bytes, 0 when there are none.
   *
   * @throws {NativeError} when no capture is open.
   */
  drain(buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#library.symbols.monomi_drain(buffer, buffer.length);
    if (length < 0) throw refusal(length);
    return length;
  }

  /**
   * How much of the buffer in front of {@link drain} has no room for new records, in percent.
   *
   * @throws {NativeError} when no capture is open.
   */
  fill(): number {
    const percent = this.#library.symbols.monomi_fill();
    if (percent < 0) throw refusal(percent);
    return percent;
  }

  /** @throws {NativeError} when no capture is open. */
  stats(): CaptureStats {
    const text = this.#text;
    const length = this.#library.symbols.monomi_stats(text, text.length);
    if (length < 0) throw refusal(length);
    return JSON.parse(this.#decoder.decode(text.subarray(0, length)));
  }

  /**
   * Gives up, on all threads and for good, the capabilities that an open capture does not need; see
   * `native/ffi/src/privileges.rs`.
   *
   * @throws {NativeError}
   */
  giveUpPrivileges(): void {
    const text = this.#text;
    text.fill(0);
    this.#check(this.#library.symbols.monomi_give_up_privileges(text, text.length));
  }

  /**
   * Asks Windows what a service needs: requests and answers are those of native/service. Those that
   * wait (`start`, `stop`) do so on another thread.
   */
  readonly windows = {
    /** @throws {NativeError} with why Windows refuses. */
    ask: (request: ServiceRequest): unknown => {
      const bytes = new TextEncoder().encode(JSON.stringify(request));
      const text = new Uint8Array(ANSWER_BYTES);
      const { monomi_manage } = this.#library.symbols;
      return answerOf(monomi_manage(bytes, bytes.length, text, text.length), text);
    },
    /** @throws {NativeError} with why Windows refuses. */
    askPatiently: async (request: ServiceRequest): Promise<unknown> => {
      const bytes = new TextEncoder().encode(JSON.stringify(request));
      const text = new Uint8Array(ANSWER_BYTES);
      const { monomi_manage_patiently } = this.#library.symbols;
      return answerOf(
        await monomi_manage_patiently(bytes, bytes.length, text, text.length),
        text,
      );
    },
  };

  /** Windows' event log; see `native/windows/src/event_log`. */
  readonly eventLog = {
    /** Number of a registered provider, by its GUID as it lies in memory. @throws {NativeError} */
    open: (provider: Uint8Array<ArrayBuffer>): number => {
      const text = this.#text;
      text.fill(0);
      const number = this.#library.symbols.monomi_event_log_open(provider, text, text.length);
      this.#check(number);
      return number;
    },
    /** How many lines Windows has taken, and its code for the next one: 0 when there is none. */
    write: (log: number, lines: Uint8Array<ArrayBuffer>): { written: number; code: number } => {
      const code = new Uint32Array(1);
      const { monomi_event_log_write } = this.#library.symbols;
      const written = monomi_event_log_write(log, lines, lines.length, code);
      if (written < 0) throw refusal(written);
      return { written, code: code[0] };
    },
    close: (log: number): void => this.#library.symbols.monomi_event_log_close(log),
  };

  /** Detaches and frees everything in the kernel. */
  close(): void {
    this.#library.symbols.monomi_close();
  }

  /** See `src/hashing`. The buffers must stay untouched until it resolves. */
  hash(request: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#library.symbols.monomi_hash(request, request.length, out, out.length);
  }

  /** See `src/archive`. The buffers must stay untouched until it resolves. */
  archive(request: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#library.symbols.monomi_archive(request, request.length, out, out.length);
  }

  /**
   * Reads chunks of a Windows event log into `out`, at least `LOG_BATCH_BYTES`
   * (`src/sources/logs/evtx_batch.ts`); gives the bytes written, below zero when nothing could be. The
   * buffers must stay untouched until it resolves.
   */
  logChunks(chunks: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#library.symbols.monomi_log_chunks(chunks, chunks.length, out, out.length);
  }

  /** See `src/hashing/image_facts.ts`. The buffers must stay untouched until it resolves. */
  describe(request: Uint8Array<ArrayBuffer>, out: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#library.symbols.monomi_describe(request, request.length, out, out.length);
  }

  /** Traces of Windows (ETL); see `native/windows/src/lines.rs`. */
  readonly traces = {
    /** Number of the opened trace. @throws {NativeError} for what is no trace. */
    open: (path: string): number => {
      const bytes = new TextEncoder().encode(path);
      const text = this.#text;
      text.fill(0);
      const { monomi_trace_open } = this.#library.symbols;
      const number = monomi_trace_open(bytes, bytes.length, text, text.length);
      this.#check(number);
      return number;
    },
    /** Fills `out`, at least 2 MiB, with whole lines; how many bytes, 0 at the end. */
    read: (trace: number, out: Uint8Array<ArrayBuffer>): number => {
      const length = this.#library.symbols.monomi_trace_read(trace, out, out.length);
      if (length < 0) throw refusal(length);
      return length;
    },
    close: (trace: number): void => this.#library.symbols.monomi_trace_close(trace),
  };

  /** Account name of a user id, or undefined. */
  userName(uid: number): string | undefined {
    const text = this.#text;
    const length = this.#library.symbols.monomi_user_name(uid, text, text.length);
    return length > 0 ? this.#decoder.decode(text.subarray(0, length)) : undefined;
  }

  /** Wall clock minus boot clock in milliseconds. */
  bootEpochMilliseconds(): number {
    return this.#library.symbols.monomi_boot_epoch_ms();
  }

  /** Connected sockets of the local host; results below zero are negated error numbers. */
  readonly sockets = {
    /** A descriptor that never blocks. */
    connect: (path: string, kind: "datagram" | "stream"): number => {
      const bytes = new TextEncoder().encode(path);
      const isStream = Number(kind === "stream");
      return this.#library.symbols.monomi_socket_connect(bytes, bytes.length, isStream);
    },
    /** How many bytes were taken: one datagram whole, of a stream as much as fits. */
    send: (socket: number, bytes: Uint8Array<ArrayBuffer>): number =>
      this.#library.symbols.monomi_socket_send(socket, bytes, bytes.length),
    /** Sends a sealed file that holds `bytes`, as an empty datagram: how many bytes it holds. */
    sendFile: (socket: number, bytes: Uint8Array<ArrayBuffer>): number =>
      this.#library.symbols.monomi_socket_send_file(socket, bytes, bytes.length),
    /** 1 once the receiver's queue has room, 0 after `milliseconds`. */
    wait: (socket: number, milliseconds: number): Promise<number> =>
      this.#library.symbols.monomi_socket_wait(socket, milliseconds),
    /** Not to be called while {@link wait} runs. */
    close: (socket: number): void => this.#library.symbols.monomi_socket_close(socket),
  };

  /** Everything that {@link provoke} can do, by event id. */
  provocations(): Provocation[] {
    const text = this.#text;
    const length = this.#library.symbols.monomi_provocations(text, text.length);
    if (length < 0) throw refusal(length);
    return JSON.parse(this.#decoder.decode(text.subarray(0, length)));
  }

  /**
   * Makes an event happen, in a process of its own that works in the private folder `directory`.
   *
   * @throws {NativeError} when not even the process can be made.
   */
  async provoke(event: number, directory: string): Promise<Provoked> {
    const path = new TextEncoder().encode(directory);
    const text = new Uint8Array(REASON_BYTES);
    const { symbols } = this.#library;
    const pid = await symbols.monomi_provoke(event, path, path.length, text, text.length);
    const reason = this.#decoder.decode(text.subarray(0, Math.max(text.indexOf(0), 0)));
    if (pid < 0) throw new NativeError(reason);
    return { pid, blocked: reason === "" ? undefined : reason };
  }

  #check(result: number): void {
    if (result >= 0) return;
    const text = this.#decoder.decode(this.#text).replace(/\0+$/, "");
    throw text === "" ? refusal(result) : new NativeError(text);
  }
}

/** The answer's JSON. @throws {NativeError} with the text that is there instead. */
function answerOf(result: number, text: Uint8Array): unknown {
  const said = new TextDecoder().decode(text.subarray(0, result < 0 ? undefined : result));
  if (result < 0) throw new NativeError(said.replace(/\0+$/, ""));
  return JSON.parse(said);
}

/** A failure that the native side has no words for. */
function refusal(result: number): NativeError {
  return new NativeError(
    result === CLOSED ? "the capture is closed" : `the native library failed (${result})`,
  );
}
