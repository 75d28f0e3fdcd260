/**
 * From the native side's records to events.
 *
 * Called once per batch; a batch's text is decoded in one go where it is ASCII, because that is
 * several times as fast as a decoder call per string.
 */
import { Buffer } from "node:buffer";
import type { EventDefinition } from "../schema/types.ts";
import { eventById } from "../schema/mod.ts";
import { ipv4, ipv6 } from "./addresses.ts";
import { millisecondsOf, utcTime } from "./clock.ts";
import { type Event, type FieldValue, type Image, MISSING } from "./event.ts";
import { NO_GUID, sysmonGuid } from "./guid.ts";
import type { Host } from "./host.ts";
import { ProcessTable } from "./process_table.ts";
import type { Process } from "./process.ts";
import {
  ExecLayout,
  ExitLayout,
  FileLayout,
  Flag,
  ForkLayout,
  HeaderLayout,
  Kind,
  NetworkLayout,
} from "./record_layout.ts";

const AF_INET6 = 10;
const PROTOCOL_TCP = 6;
/** Appended to arguments that were cut, as Sysmon marks cut fields (T30). */
const CUT = "...";
const LOGON_ID_MASK = 0xffff;
const TERMINAL_INDEX_MASK = 0xfffff;
/** Sysmon's text where Windows has an integrity level (T14). */
const NO_INTEGRITY = "no level";
const IMAGES_SHARED = 4096;
/** Bytes in front of a record's texts. */
const FIXED_BYTES: Readonly<Record<number, number>> = {
  [Kind.EXEC]: ExecLayout.bytes,
  [Kind.FORK]: ForkLayout.bytes,
  [Kind.EXIT]: ExitLayout.bytes,
  [Kind.FILE_CREATE]: FileLayout.bytes,
  [Kind.FILE_DELETE]: FileLayout.bytes,
  [Kind.NETWORK]: NetworkLayout.bytes,
  [Kind.PROCESS]: ExecLayout.bytes,
};

const [CREATE, CONNECT, TERMINATE, FILE_CREATE, FILE_DELETE, FILE_DELETE_DETECTED] = [
  1,
  3,
  5,
  11,
  23,
  26,
].map((id) => eventById(id)!);

/** What the decoder met besides events. */
export interface DecoderCounters {
  records: number;
  /** Records of a kind or length that this version does not know. */
  unknown: number;
  /** Processes found running when the capture began. */
  running: number;
}

/** Decodes batches of records; keeps the process table. */
export class Decoder {
  readonly processes: ProcessTable;
  readonly counters: DecoderCounters = { records: 0, unknown: 0, running: 0 };
  readonly #host: Host;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  readonly #halves: Uint16Array;
  readonly #utf8 = new TextDecoder();
  readonly #images = new Map<string, string>();
  #wanted: (id: number) => boolean = () => true;
  #batchText: string | undefined;
  #epoch = 0;
  #length = 0;

  /** Decodes what is in `buffer` at each call of {@link decode}. */
  constructor(host: Host, buffer: Uint8Array<ArrayBuffer>) {
    this.#host = host;
    this.processes = new ProcessTable(host);
    this.#buffer = buffer;
    this.#bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 2);
    this.#halves = new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 1);
  }

  /** Events for which this is false are not even built. */
  set wanted(wanted: (id: number) => boolean) {
    this.#wanted = wanted;
  }

  /** Appends the events of the buffer's first `length` bytes to `out`, in order. */
  decode(length: number, out: Event[]): void {
    this.#length = length;
    this.#batchText = undefined;
    this.#epoch = this.#host.bootEpoch();
    for (let at = 0; at + HeaderLayout.bytes <= length;) {
      const size = this.#words[at >> 2];
      if (size < HeaderLayout.bytes || size % 8 !== 0 || at + size > length) {
        this.counters.unknown++;
        return;
      }
      this.counters.records++;
      const event = this.#record(at, size);
      if (event !== undefined) out.push(event);
      at += size;
    }
  }

  #record(at: number, size: number): Event | undefined {
    const kind = this.#halves[(at + HeaderLayout.kind) >> 1];
    if (size < (FIXED_BYTES[kind] ?? Infinity)) {
      this.counters.unknown++;
      return undefined;
    }
    switch (kind) {
      case Kind.FILE_CREATE:
        return this.#file(at, size, FILE_CREATE);
      case Kind.FILE_DELETE:
        return this.#file(at, size, FILE_DELETE);
      case Kind.NETWORK:
        return this.#network(at);
      case Kind.FORK:
        this.#fork(at);
        return undefined;
      case Kind.EXEC:
        return this.#exec(at, size);
      case Kind.EXIT:
        return this.#exit(at);
      case Kind.PROCESS:
        this.#running(at, size);
        return undefined;
    }
  }

  #word(at: number): number {
    return this.#words[at >> 2];
  }

  #time(at: number): number {
    const time = at + HeaderLayout.time;
    return this.#epoch + millisecondsOf(this.#word(time), this.#word(time + 4));
  }

  #flag(at: number, flag: number): boolean {
    return (this.#halves[(at + HeaderLayout.flags) >> 1] & flag) !== 0;
  }

  #actor(at: number): Process {
    const words = this.#words;
    const base = at >> 2;
    return this.processes.find(
      words[base + (HeaderLayout.pid >> 2)],
      words[base + (HeaderLayout.processStart >> 2)],
      words[base + (HeaderLayout.processStart >> 2) + 1],
      words[base + (HeaderLayout.execId >> 2)],
      words[base + (HeaderLayout.uid >> 2)],
      words[base + (HeaderLayout.parentPid >> 2)],
    );
  }

  #user(at: number): string {
    return this.#host.userName(this.#word(at + HeaderLayout.uid));
  }

  /** Text that lives no longer than the batch. */
  #text(at: number, start: number, length: number): string {
    if (!this.#flag(at, Flag.ASCII)) {
      return this.#utf8.decode(this.#buffer.subarray(start, start + length));
    }
    const batch = this.#batchText ??= this.#bytes.toString("latin1", 0, this.#length);
    return batch.substring(start, start + length);
  }

  /** Text that is kept: not a slice that would keep its whole batch alive. */
  #keptText(at: number, start: number, length: number): string {
    return this.#flag(at, Flag.ASCII)
      ? this.#bytes.toString("latin1", start, start + length)
      : this.#utf8.decode(this.#buffer.subarray(start, start + length));
  }

  #file(at: number, size: number, definition: EventDefinition): Event | undefined {
    const process = this.#actor(at);
    const wanted = this.#wanted(definition.id) ||
      definition === FILE_DELETE && this.#wanted(FILE_DELETE_DETECTED.id);
    if (!wanted) return undefined;
    const length = this.#word(at + FileLayout.pathLen);
    if (FileLayout.bytes + length > size) {
      this.counters.unknown++;
      return undefined;
    }
    const path = this.#text(at, at + FileLayout.bytes, length);
    const time = this.#time(at);
    const text = utcTime(time);
    const user = this.#user(at);
    const image = process.face.image;
    const values: FieldValue[] = definition === FILE_CREATE
      ? [MISSING, text, process.guid, process.pid, image, path, text, user]
      : [
        MISSING,
        text,
        process.guid,
        process.pid,
        user,
        image,
        path,
        MISSING,
        MISSING,
        MISSING,
      ];
    return { definition, values, time, recordId: 0, image: undefined };
  }

  #fork(at: number): void {
    const actor = this.#actor(at);
    const parentPid = this.#word(at + ForkLayout.childParentPid);
    const parentStart = at + ForkLayout.childParentStart;
    const sameParent = parentPid === actor.pid && this.#word(parentStart) === actor.startLow;
    const parent = sameParent ? actor : this.processes.known(parentPid) ?? actor;
    const start = at + ForkLayout.childStart;
    this.processes.fork(
      parent,
      actor.face,
      this.#word(at + ForkLayout.childPid),
      this.#word(start),
      this.#word(start + 4),
      this.#word(at + ForkLayout.childExecId),
      this.#word(at + HeaderLayout.uid),
    );
  }

  #exit(at: number): Event | undefined {
    const process = this.#actor(at);
    if (!this.processes.exit(process) || !this.#wanted(TERMINATE.id)) return undefined;
    const time = this.#time(at);
    const values = [
      MISSING,
      utcTime(time),
      process.guid,
      process.pid,
      process.face.image,
      this.#user(at),
    ];
    return { definition: TERMINATE, values, time, recordId: 0, image: undefined };
  }

  #running(at: number, size: number): void {
    this.counters.running++;
    this.#execute(at, size);
  }

  #execute(at: number, size: number): Process | undefined {
    const pathLength = this.#word(at + ExecLayout.pathLen);
    const cwdLength = this.#word(at + ExecLayout.cwdLen);
    const argsLength = this.#word(at + ExecLayout.argsLen);
    if (ExecLayout.bytes + pathLength + cwdLength + argsLength > size) {
      this.counters.unknown++;
      return undefined;
    }
    const path = at + ExecLayout.bytes;
    const start = at + HeaderLayout.processStart;
    return this.processes.exec(
      this.#word(at + HeaderLayout.pid),
      this.#word(start),
      this.#word(start + 4),
      this.#word(at + HeaderLayout.execId),
      this.#word(at + HeaderLayout.uid),
      {
        image: this.#sharedImage(this.#keptText(at, path, pathLength)),
        commandLine: this.#commandLine(at, path + pathLength + cwdLength, argsLength),
      },
      this.#word(at + HeaderLayout.parentPid),
    );
  }

  #exec(at: number, size: number): Event | undefined {
    const process = this.#execute(at, size);
    if (process === undefined || !this.#wanted(CREATE.id)) return undefined;
    const { parent, pid } = process;
    const time = this.#time(at);
    const user = this.#user(at);
    const uid = this.#word(at + HeaderLayout.uid);
    const terminal = this.#word(at + HeaderLayout.tty);
    const cwd = at + ExecLayout.bytes + this.#word(at + ExecLayout.pathLen);
    const values: FieldValue[] = [
      MISSING,
      utcTime(time),
      process.guid,
      pid,
      process.face.image,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      MISSING,
      process.face.commandLine,
      this.#keptText(at, cwd, this.#word(at + ExecLayout.cwdLen)),
      user,
      this.#logonGuid(uid, terminal, user),
      String(uid & LOGON_ID_MASK),
      this.#word(at + HeaderLayout.sessionId),
      NO_INTEGRITY,
      MISSING,
      parent?.guid ?? NO_GUID,
      parent?.pid ?? this.#word(at + HeaderLayout.parentPid),
      parent?.face.image ?? MISSING,
      parent?.face.commandLine ?? MISSING,
      parent?.user ?? MISSING,
    ];
    return { definition: CREATE, values, time, recordId: 0, image: this.#image(at, process) };
  }

  #image(at: number, process: Process): Image {
    const path = at + ExecLayout.bytes;
    return {
      pid: process.pid,
      path: this.#flag(at, Flag.ASCII)
        ? process.face.image
        : this.#buffer.slice(path, path + this.#word(at + ExecLayout.pathLen)),
      device: this.#word(at + ExecLayout.device),
      inodeLow: this.#word(at + ExecLayout.inode),
      inodeHigh: this.#word(at + ExecLayout.inode + 4),
      sizeLow: this.#word(at + ExecLayout.size),
      sizeHigh: this.#word(at + ExecLayout.size + 4),
      mtimeLow: this.#word(at + ExecLayout.mtime),
      mtimeHigh: this.#word(at + ExecLayout.mtime + 4),
      ctimeLow: this.#word(at + ExecLayout.ctime),
      ctimeHigh: this.#word(at + ExecLayout.ctime + 4),
    };
  }

  #network(at: number): Event | undefined {
    const process = this.#actor(at);
    if (!this.#wanted(CONNECT.id)) return undefined;
    const half = (offset: number) => this.#halves[(at + offset) >> 1];
    const isIpv6 = half(NetworkLayout.family) === AF_INET6;
    const protocol = half(NetworkLayout.protocol) === PROTOCOL_TCP ? "tcp" : "udp";
    const initiated = half(NetworkLayout.initiated) === 1;
    const address = isIpv6 ? ipv6 : ipv4;
    const local = address(this.#buffer, at + NetworkLayout.localAddress);
    const remote = address(this.#buffer, at + NetworkLayout.remoteAddress);
    const localPort = half(NetworkLayout.localPort);
    const remotePort = half(NetworkLayout.remotePort);
    const [sourcePort, destinationPort] = initiated
      ? [localPort, remotePort]
      : [remotePort, localPort];
    const time = this.#time(at);
    const values: FieldValue[] = [
      MISSING,
      utcTime(time),
      process.guid,
      process.pid,
      process.face.image,
      this.#user(at),
      protocol,
      initiated,
      isIpv6,
      initiated ? local : remote,
      MISSING,
      sourcePort,
      this.#host.portName(sourcePort, protocol),
      isIpv6,
      initiated ? remote : local,
      MISSING,
      destinationPort,
      this.#host.portName(destinationPort, protocol),
    ];
    return { definition: CONNECT, values, time, recordId: 0, image: undefined };
  }

  #sharedImage(path: string): string {
    const shared = this.#images.get(path);
    if (shared !== undefined) return shared;
    if (this.#images.size >= IMAGES_SHARED) this.#images.clear();
    this.#images.set(path, path);
    return path;
  }

  #commandLine(at: number, start: number, length: number): string {
    let end = start + length;
    while (end > start && this.#buffer[end - 1] === 0) end--;
    const text = this.#keptText(at, start, end - start).replaceAll("\0", " ");
    if (this.#flag(at, Flag.ARGS_TRUNCATED)) return text + CUT;
    return text === "" ? MISSING : text;
  }

  #logonGuid(uid: number, terminal: number, user: string): string {
    const time = terminal === 0 ? 0 : this.#host.logonTime(terminal, user);
    return sysmonGuid(this.#host.machine, time, uid, terminal & TERMINAL_INDEX_MASK);
  }
}

/**
 * A deletion that the rules for FileDelete dropped, as the event that they are asked for next (N8);
 * undefined when there is none.
 */
export function alternative(event: Event): Event | undefined {
  if (event.definition !== FILE_DELETE) return undefined;
  const values = event.values.slice(0, FILE_DELETE_DETECTED.fields.length);
  return { ...event, definition: FILE_DELETE_DETECTED, values };
}
