/**
 * Facts of the running host: names, machine id, accounts, logon times, ports.
 */
import type { Host } from "../events/host.ts";
import { MISSING } from "../events/event.ts";
import { machineNumber } from "../events/guid.ts";
import { keptEpoch } from "./kept_epoch.ts";
import { parseServices, type PortNames } from "./services.ts";
import { parseLogons } from "./utmp.ts";

const ACCOUNT_FRESH_MS = 60_000;
const ACCOUNTS_KEPT = 4096;
const LOGONS_FRESH_MS = 5_000;
const EPOCH_FRESH_MS = 250;
/** Major numbers of pseudo terminals (UNIX98 PTY slaves: 136 to 143). */
const PTS_MAJOR = 136;
const MINOR_BITS = 20;
const MINOR_MASK = 0xfffff;

/** What the live host needs of the native library. */
export interface HostCalls {
  userName(uid: number): string | undefined;
  bootEpochMilliseconds(): number;
}

/** Reads a text file; empty where it cannot be read. */
function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The running host. */
export class LiveHost implements Host {
  readonly computer: string;
  readonly machineId: string;
  readonly machine: number;
  readonly #calls: HostCalls;
  readonly #users = new Map<number, { name: string; until: number }>();
  readonly #ports: PortNames;
  #logons: ReadonlyMap<string, number> = new Map();
  #logonsUntil = 0;
  #epoch = 0;
  #epochUntil = -1;
  readonly #stateDirectory: string | undefined;

  /** With a directory for what outlives the sensor, see {@link keptEpoch}. */
  constructor(calls: HostCalls, stateDirectory?: string) {
    this.#calls = calls;
    this.#stateDirectory = stateDirectory;
    this.computer = Deno.hostname();
    this.machineId = textOf("/etc/machine-id").trim();
    this.machine = machineNumber(this.machineId);
    this.#ports = parseServices(textOf("/etc/services"));
  }

  bootEpoch(): number {
    const now = performance.now();
    if (now > this.#epochUntil) {
      this.#epoch = this.#calls.bootEpochMilliseconds();
      this.#epochUntil = now + EPOCH_FRESH_MS;
    }
    return this.#epoch;
  }

  guidEpoch(): number {
    const now = this.bootEpoch();
    return this.#stateDirectory === undefined ? now : keptEpoch(this.#stateDirectory, now);
  }

  userName(uid: number): string {
    const known = this.#users.get(uid);
    if (known !== undefined && performance.now() < known.until) return known.name;
    if (this.#users.size >= ACCOUNTS_KEPT) this.#users.clear();
    const name = this.#calls.userName(uid) ?? MISSING;
    this.#users.set(uid, { name, until: performance.now() + ACCOUNT_FRESH_MS });
    return name;
  }

  logonTime(terminal: number, user: string): number {
    if (terminal >>> MINOR_BITS !== PTS_MAJOR) return 0;
    const now = performance.now();
    if (now >= this.#logonsUntil) {
      this.#logons = readLogons();
      this.#logonsUntil = now + LOGONS_FRESH_MS;
    }
    return this.#logons.get(`pts/${terminal & MINOR_MASK} ${user}`) ?? 0;
  }

  portName(port: number, protocol: string): string {
    return this.#ports.get(`${port}/${protocol}`) ?? MISSING;
  }
}

function readLogons(): ReadonlyMap<string, number> {
  try {
    return parseLogons(Deno.readFileSync("/run/utmp"));
  } catch {
    return new Map();
  }
}
