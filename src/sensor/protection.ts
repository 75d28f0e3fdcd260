/**
 * What is done to the sensor itself: which of it is reported, in which words, and who had it stop.
 */
import { constants } from "node:os";
import type { Event } from "../events/event.ts";
import { Deed, type Interference, Relation, Role } from "../events/interference_records.ts";
import { errorReport } from "./own_events.ts";

/** What is the sensor's own. */
export interface Protected {
  /** Absolute paths of files, and of directories with all that is in them. */
  readonly paths: readonly string[];
  /** Who starts the sensor again. */
  readonly supervisor?: number;
  /** Whether it is to be refused as well as seen. */
  readonly refuse?: boolean;
}

/** How seeing is doing; in `monomi status`. */
export interface ProtectionState {
  /** Whether it is refused, too. */
  readonly refusing: boolean;
  /** What cannot be seen, what cannot be refused, and why; empty when all can that is asked for. */
  readonly complaints: readonly string[];
  /** How often something was done, repetitions included. */
  readonly seen: number;
  /** How often something was refused. */
  readonly refused: number;
}

/** Reports in a minute; what goes beyond is counted. */
const MOST_REPORTS = 60;
const WINDOW_MS = 60_000;
/** A signal before that has not led to this stop. */
const STOP_MS = 60_000;

const NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
const ENDING = [constants.signals.SIGTERM, constants.signals.SIGINT, constants.signals.SIGUSR2];
/** What keys of a terminal send. */
const OF_TERMINALS = [
  ...[constants.signals.SIGINT, constants.signals.SIGQUIT, constants.signals.SIGTSTP],
  ...[constants.signals.SIGTTIN, constants.signals.SIGTTOU],
];

/** What was done to a process, in front of "the sensor". */
const TO_PROCESS: Readonly<Record<number, string>> = {
  [Deed.TRACE]: "attached to with ptrace:",
  [Deed.WRITE_MEMORY]: "memory written with process_vm_writev:",
  [Deed.OPEN_MEMORY]: "memory opened for writing:",
  [Deed.TAKE_DESCRIPTOR]: "descriptor taken with pidfd_getfd:",
};

/** What was done to a file, behind its path. */
const TO_FILE: Readonly<Record<number, string>> = {
  [Deed.OPEN]: "opened for writing",
  [Deed.REMOVE]: "removed",
  [Deed.RENAME]: "renamed or replaced",
  [Deed.TRUNCATE]: "truncated",
  [Deed.CHANGE_MODE]: "given other permissions",
  [Deed.MAKE]: "made",
};

/** After these another file has a protected name, or none. */
const MOVES: ReadonlySet<number> = new Set([Deed.OPEN, Deed.REMOVE, Deed.RENAME, Deed.MAKE]);

/** Turns what was done into events 255, not too many. */
export class ProtectionReports {
  paths: readonly string[] = [];
  /** Names that were touched; the kernel side counts the rest. */
  touched = 0;
  #hasMoved = false;
  #stop: Interference | undefined;
  #windowBegan = -Infinity;
  #reported = 0;
  #left = 0;

  /** Events of what was done, at a time in milliseconds. */
  take(interferences: readonly Interference[], now: number): Event[] {
    return interferences.filter((one) => this.#concerns(one)).flatMap((interference) => {
      this.#remember(interference);
      if (isOrdinary(interference)) return [];
      const due = this.due(now);
      if (this.#reported >= MOST_REPORTS) {
        this.#left++;
        return due;
      }
      this.#reported++;
      const id = interference.relation === Relation.STRANGER || interference.isRefused
        ? "Tampering"
        : "Signal";
      return [...due, errorReport(id, describeInterference(interference))];
    });
  }

  /** An event about those that were left out, when their minute is over. */
  due(now: number, last = false): Event[] {
    if (!last && now - this.#windowBegan < WINDOW_MS) return [];
    const left = this.#left;
    if (!last) this.#windowBegan = now;
    this.#reported = this.#left = 0;
    return left === 0
      ? []
      : [errorReport("Tampering", `${left} more within a minute are not told one by one`)];
  }

  /** Who had the sensor stop, at a time in milliseconds since 1970; undefined when nobody did. */
  stoppedBy(time: number): string | undefined {
    const stop = this.#stop;
    return stop === undefined || time - stop.time > STOP_MS ? undefined : describeActor(stop);
  }

  /** Whether one of the files was moved, removed or made since the last call. */
  takeMoves(): boolean {
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return hasMoved;
  }

  #concerns({ isCandidate, path, deed }: Interference): boolean {
    if (!isCandidate) return true;
    const isOwn = this.paths.some((own) => path === own || path.startsWith(`${own}/`));
    if (isOwn) this.touched++;
    if (isOwn && MOVES.has(deed)) this.#hasMoved = true;
    return isOwn;
  }

  /** A supervisor only passes on what somebody else began. */
  #remember(interference: Interference): void {
    const { deed, signal, isRefused, relation, time } = interference;
    if (deed !== Deed.SIGNAL || isRefused || !ENDING.includes(signal)) return;
    const isPassedOn = relation === Relation.OWN && this.#stop !== undefined &&
      time - this.#stop.time <= STOP_MS;
    if (!isPassedOn) this.#stop = interference;
  }
}

/** How services and programs in a terminal are ended every day. */
function isOrdinary({ deed, signal, relation, isRefused }: Interference): boolean {
  if (deed !== Deed.SIGNAL || isRefused) return false;
  if (relation === Relation.KERNEL && OF_TERMINALS.includes(signal)) return true;
  return relation !== Relation.STRANGER && ENDING.includes(signal);
}

/** One sentence: what, to what, by whom. */
export function describeInterference(interference: Interference): string {
  const { deed, signal, isRefused, targetPid, targetRole, path } = interference;
  const target = `the ${targetRole === Role.SUPERVISOR ? "supervisor" : "sensor"} ` +
    `(process ${targetPid})`;
  const what = deed === Deed.SIGNAL
    ? `${NAMES.get(signal) ?? `signal ${signal}`} to ${target}`
    : path !== ""
    ? `${path} ${TO_FILE[deed] ?? "changed"}`
    : `${TO_PROCESS[deed] ?? "reached into:"} ${target}`;
  return `${isRefused ? "refused: " : ""}${what}, by ${describeActor(interference)}`;
}

function describeActor({ relation, actor }: Interference): string {
  if (relation === Relation.KERNEL) return "the kernel";
  const { image, command, pid, guid, user } = actor;
  const isKnown = image.startsWith("/") || command === "";
  const name = isKnown ? image : `${image} named ${command}`;
  return `${name} (process ${pid}, ${guid}, user ${user})`;
}
