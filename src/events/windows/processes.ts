/** The processes of a recorded Windows, as its trace tells of them. */
import { MISSING } from "../event.ts";
import { NO_GUID, sysmonGuid } from "../guid.ts";
import { type Accounts, integrityLevel } from "./accounts.ts";
import { BoundedMap } from "./bounded_map.ts";
import { numberField, textField, type TraceRecord } from "./trace_record.ts";
import type { Volumes } from "./volumes.ts";

const MAX_PROCESSES = 65_536;
const MAX_IMAGES = 1024;
/** Two providers tell of the same start within this many milliseconds. */
const SAME_START = 1000;

/** A mapped image. */
interface Mapped {
  readonly base: number;
  readonly end: number;
  readonly path: string;
}

/** What the processes of one host share. */
export interface HostNames {
  readonly accounts: Accounts;
  readonly volumes: Volumes;
  /** Last part of the machine's SID (T5); 0 where it is not known. */
  readonly machine: number;
}

/** One process. */
export class WindowsProcess {
  path = "";
  ended = false;
  /** A process's first thread is made by its parent. */
  hasThreads = false;
  /** These three are known of processes of this host alone. */
  directory = "";
  /** `0x` and the logon session's LUID. */
  logonId = "";
  /** Milliseconds since 1970; 0 where it is not known. */
  logonTime = 0;
  readonly images: Mapped[] = [];
  readonly #host: HostNames;
  #guid = "";

  constructor(
    host: HostNames,
    readonly pid: number,
    /** Milliseconds since 1970; 0 where only later records tell of the process. */
    readonly start: number,
    /** Address of the kernel's process object, else the process's number since the boot. */
    readonly key: bigint,
    readonly parentPid: number,
    /** File name only, as the kernel logger has it. */
    public name: string,
    public commandLine: string,
    public sid: string,
    public session: number | string,
    public label: string,
  ) {
    this.#host = host;
  }

  /** Sysmon's ProcessGuid (T4); upper case, as Windows writes it. */
  get guid(): string {
    return this.#guid ||= this.#guidOf(this.start, this.key);
  }

  /** Sysmon's LogonGuid (T7); `-` where the logon is not known. */
  get logonGuid(): string {
    return this.logonId === "" ? MISSING : this.#guidOf(this.logonTime, toKey(this.logonId));
  }

  #guidOf(time: number, key: bigint): string {
    const [low, high] = [Number(key & 0xffffffffn), Number(key >> 32n & 0xffffffffn)];
    const { machine } = this.#host;
    return sysmonGuid(machine, Math.floor(time / 1000), low, high).toUpperCase();
  }

  get user(): string {
    return this.#host.accounts.name(this.sid);
  }

  get integrityLevel(): string {
    return integrityLevel(this.label);
  }

  /** Path of the image that holds an address, or `-`. */
  moduleAt(address: number): string {
    const image = this.images.find(({ base, end }) => address >= base && address < end);
    return image?.path ?? MISSING;
  }
}

/** Knows processes by pid. */
export class WindowsProcesses {
  readonly #byPid = new BoundedMap<number, WindowsProcess>(MAX_PROCESSES);
  readonly #host: HostNames;
  readonly #volumes: Volumes;

  constructor(host: HostNames) {
    this.#host = host;
    this.#volumes = host.volumes;
  }

  get(pid: number | undefined): WindowsProcess | undefined {
    return pid === undefined ? undefined : this.#byPid.get(pid);
  }

  /** Who started it, as long as its pid is not another's. */
  parent({ pid, parentPid, start }: WindowsProcess): WindowsProcess | undefined {
    const parent = parentPid === pid ? undefined : this.get(parentPid);
    return parent !== undefined && start > 0 && parent.start > start ? undefined : parent;
  }

  /** Image as Sysmon would print it: the path, the file name, or `<unknown process>` (T10). */
  image(process: WindowsProcess | undefined): string {
    if (process === undefined) return "<unknown process>";
    if (process.path !== "") return this.#volumes.resolve(process.path);
    if (process.pid === 4) return "System";
    return typedPath(process) ?? (process.name || "<unknown process>");
  }

  guid(process: WindowsProcess | undefined): string {
    return process?.guid ?? NO_GUID;
  }

  /** A process that runs since before the trace began. */
  precede(record: TraceRecord): void {
    this.#add(record, numberField(record, "startTime") ?? 0).hasThreads = true;
  }

  /** An image that a process had mapped, for its path alone. */
  learnPath(record: TraceRecord): void {
    const process = this.get(numberField(record, "pid"));
    if (process !== undefined) this.#learnPath(process, textField(record, "path"));
  }

  #learnPath(process: WindowsProcess, path: string): void {
    const isOwn = lastPart(path).toLowerCase() === process.name.toLowerCase();
    if (process.path !== "" || !isOwn) return;
    process.path = path;
    this.#volumes.learn(process.commandLine, path);
  }

  /** A process that starts now; undefined when another provider already told of it. */
  start(record: TraceRecord): WindowsProcess | undefined {
    const known = this.get(numberField(record, "pid"));
    const time = numberField(record, "startTime") ?? record.time ?? 0;
    if (known !== undefined && !known.ended && Math.abs(known.start - time) < SAME_START) {
      this.#complete(known, record);
      return undefined;
    }
    return this.#add(record, time);
  }

  /** A process that runs already, or ends: known from now on. */
  meet(record: TraceRecord): WindowsProcess {
    const known = this.get(numberField(record, "pid"));
    const start = numberField(record, "startTime");
    const sameKey = known !== undefined && (known.key === keyOf(record) || known.key === 0n);
    const sameStart = known !== undefined && start !== undefined &&
      Math.abs(known.start - start) < SAME_START;
    if (known !== undefined && (sameKey || sameStart)) {
      this.#complete(known, record);
      return known;
    }
    const met = this.#add(record, start ?? 0);
    met.hasThreads = true;
    return met;
  }

  /** An image was mapped: its process's own, or another one. */
  mapped(record: TraceRecord): void {
    const process = this.get(numberField(record, "pid"));
    const path = textField(record, "path");
    if (process === undefined || path === "") return;
    this.#learnPath(process, path);
    const base = numberField(record, "base") ?? 0;
    const end = base + (numberField(record, "size") ?? 0);
    if (process.images.length >= MAX_IMAGES) process.images.shift();
    process.images.push({ base, end, path });
  }

  #add(record: TraceRecord, start: number): WindowsProcess {
    const pid = numberField(record, "pid") ?? 0;
    const parentPid = numberField(record, "parent") ?? 0;
    const process = new WindowsProcess(
      this.#host,
      pid,
      start,
      keyOf(record),
      parentPid,
      textField(record, "image"),
      textField(record, "commandLine"),
      textField(record, "sid") || (record.sid ?? ""),
      numberField(record, "session") ?? MISSING,
      textField(record, "mandatoryLabel"),
    );
    this.#complete(process, record);
    this.#byPid.set(pid, process);
    return process;
  }

  #complete(process: WindowsProcess, record: TraceRecord): void {
    process.path ||= textField(record, "path");
    process.name ||= textField(record, "image") || lastPart(process.path);
    process.commandLine ||= textField(record, "commandLine");
    process.sid ||= textField(record, "sid");
    process.label ||= textField(record, "mandatoryLabel");
    process.directory ||= textField(record, "directory");
    process.logonId ||= textField(record, "logon");
    process.logonTime ||= numberField(record, "logonTime") ?? 0;
  }
}

function keyOf(record: TraceRecord): bigint {
  return toKey(textField(record, "key") || textField(record, "number"));
}

function toKey(text: string): bigint {
  return /^(?:0x[\da-f]+|\d+)$/.test(text) ? BigInt(text) : 0n;
}

/** The path that a command line begins with, if its file is the process's image. */
function typedPath({ commandLine, name }: WindowsProcess): string | undefined {
  const typed = /^"([^"]+)"|^(\S+)/.exec(commandLine);
  const path = typed?.[1] ?? typed?.[2] ?? "";
  const isIt = path.includes("\\") && name !== "" &&
    lastPart(path).toLowerCase() === name.toLowerCase();
  return isIt ? path.replace(/^\\\?\?\\/, "") : undefined;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("\\") + 1);
}
