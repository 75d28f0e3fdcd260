/**
 * Record files: a head with what a replay must know about the recorded host, then records exactly
 * as the native side delivered them.
 *
 * Head: `MONOMREC`, layout version (u32), bytes of the facts (u32), wall clock minus boot clock in
 * nanoseconds (i64), facts (JSON text); all little-endian.
 */
import { MISSING } from "../events/event.ts";
import { machineNumber } from "../events/guid.ts";
import type { Host } from "../events/host.ts";
import { HeaderLayout, LAYOUT_VERSION } from "../events/record_layout.ts";

const MAGIC = new TextEncoder().encode("MONOMREC");
const VERSION_AT = 8;
const FACTS_LENGTH_AT = 12;
const EPOCH_AT = 16;
const FACTS_AT = 24;
const MAX_FACTS = 16 * 1024 * 1024;
const NANOSECONDS_PER_MILLISECOND = 1e6;

/** What a record file says about its host. */
export interface RecordedFacts {
  readonly computer: string;
  readonly machineId: string;
  /** Kernel release. */
  readonly kernel: string;
  /** Account names by user id. */
  readonly users: Readonly<Record<string, string>>;
}

/** A record file cannot be read; the message says why and where. */
export class RecordFileError extends Error {
  override readonly name = "RecordFileError";
}

/** The bytes that open a record file. */
export function recordHead(facts: RecordedFacts, bootEpoch: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(facts));
  const head = new Uint8Array(FACTS_AT + text.length);
  const view = new DataView(head.buffer);
  head.set(MAGIC);
  view.setUint32(VERSION_AT, LAYOUT_VERSION, true);
  view.setUint32(FACTS_LENGTH_AT, text.length, true);
  view.setBigInt64(EPOCH_AT, BigInt(Math.round(bootEpoch * NANOSECONDS_PER_MILLISECOND)), true);
  head.set(text, FACTS_AT);
  return head;
}

/** The host that a record file tells of. */
export class RecordedHost implements Host {
  readonly computer: string;
  readonly machine: number;
  readonly #epoch: number;
  readonly #users: Readonly<Record<string, string>>;

  constructor(facts: RecordedFacts, bootEpoch: number) {
    this.computer = facts.computer;
    this.machine = machineNumber(facts.machineId);
    this.#epoch = bootEpoch;
    this.#users = facts.users;
  }

  bootEpoch(): number {
    return this.#epoch;
  }

  userName(uid: number): string {
    return this.#users[uid] ?? MISSING;
  }

  logonTime(): number {
    return 0;
  }

  portName(): string {
    return MISSING;
  }
}

/** An opened record file. */
export interface RecordFile {
  readonly host: RecordedHost;
  /**
   * Fills `buffer` with whole records; the number of bytes, 0 at the end. A record that the end of
   * the file cuts off is left out and told by {@link cut}.
   */
  read(buffer: Uint8Array<ArrayBuffer>): number;
  /** Bytes of an unfinished record at the end of the file. */
  readonly cut: number;
  close(): void;
}

/** Whether the file begins as record files do. Throws what opening throws (`Deno.errors`). */
export function isRecordFile(path: string): boolean {
  using file = Deno.openSync(path);
  const start = new Uint8Array(MAGIC.length);
  return readFully(file, start) === start.length && MAGIC.every((byte, i) => start[i] === byte);
}

/** @throws {RecordFileError} if it is no record file of this version. */
export function openRecordFile(path: string): RecordFile {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    throw new RecordFileError(`${path}: ${(error as Error).message}`);
  }
  try {
    return new Reader(file, readHead(file, path), path);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readFully(file: Deno.FsFile, into: Uint8Array<ArrayBuffer>): number {
  let filled = 0;
  while (filled < into.length) {
    const count = file.readSync(into.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

function readHead(file: Deno.FsFile, path: string): RecordedHost {
  const head = new Uint8Array(FACTS_AT);
  const filled = readFully(file, head);
  if (filled < FACTS_AT || MAGIC.some((byte, i) => head[i] !== byte)) {
    throw new RecordFileError(`${path}: not a record file (it does not begin with MONOMREC)`);
  }
  const view = new DataView(head.buffer);
  const version = view.getUint32(VERSION_AT, true);
  if (version !== LAYOUT_VERSION) {
    throw new RecordFileError(
      `${path}: record layout ${version}; this program reads layout ${LAYOUT_VERSION}`,
    );
  }
  const length = view.getUint32(FACTS_LENGTH_AT, true);
  const facts = new Uint8Array(Math.min(length, MAX_FACTS));
  if (length > MAX_FACTS || readFully(file, facts) < length) {
    throw new RecordFileError(`${path}: the file's head is cut off`);
  }
  const epoch = Number(view.getBigInt64(EPOCH_AT, true)) / NANOSECONDS_PER_MILLISECOND;
  return new RecordedHost(checkedFacts(facts, path), epoch);
}

function checkedFacts(bytes: Uint8Array, path: string): RecordedFacts {
  try {
    const facts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const users: Record<string, string> = {};
    for (const [uid, name] of Object.entries(facts.users ?? {})) users[uid] = String(name);
    return {
      computer: String(facts.computer ?? MISSING),
      machineId: String(facts.machineId ?? ""),
      kernel: String(facts.kernel ?? MISSING),
      users,
    };
  } catch {
    throw new RecordFileError(`${path}: the file's head is damaged`);
  }
}

class Reader implements RecordFile {
  cut = 0;
  readonly host: RecordedHost;
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #records = 0;

  constructor(file: Deno.FsFile, host: RecordedHost, path: string) {
    this.#file = file;
    this.host = host;
    this.#path = path;
  }

  read(buffer: Uint8Array<ArrayBuffer>): number {
    buffer.set(this.#rest);
    const filled = this.#rest.length + readFully(this.#file, buffer.subarray(this.#rest.length));
    const view = new DataView(buffer.buffer, buffer.byteOffset, filled);
    let whole = 0;
    while (whole + HeaderLayout.bytes <= filled) {
      const length = view.getUint32(whole, true);
      if (length < HeaderLayout.bytes || length % 8 !== 0 || length > buffer.length) {
        throw new RecordFileError(
          `${this.#path}: record ${this.#records + 1} is damaged (length ${length})`,
        );
      }
      if (whole + length > filled) break;
      whole += length;
      this.#records++;
    }
    this.#rest = buffer.slice(whole, filled);
    if (whole === 0) this.cut = filled;
    return whole;
  }

  close(): void {
    this.#file.close();
  }
}
