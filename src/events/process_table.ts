/**
 * All processes of the host that are alive or ended a moment ago, by pid.
 *
 * It is fed with the kernel's fork, exec and exit records in the order of the ring buffer, so that
 * every other event finds its process, and every process its parent, without asking /proc.
 */
import { millisecondsOf } from "./clock.ts";
import type { Host } from "./host.ts";
import { Process, type ProcessFace } from "./process.ts";

/** Ended processes that late events (a connection made in its last moment) can still find. */
const ENDED_KEPT = 4096;

/** Paths of images that are kept but once. */
const IMAGES_SHARED = 4096;

/** Image of a process that began before our time and cannot be found out (T10). */
const UNKNOWN: ProcessFace = { image: "<unknown process>", commandLine: "-" };

/** A process and its descendants. */
export interface Family {
  /** Whether the newest process with this id belongs to it, alive or ended a moment ago. */
  has(pid: number): boolean;
  end(): void;
}

/** Processes by pid, with what they were before an exec. */
export class ProcessTable {
  readonly #byPid = new Map<number, Process>();
  readonly #images = new Map<string, string>();
  readonly #ended: (Process | undefined)[] = new Array(ENDED_KEPT).fill(undefined);
  #nextEnded = 0;
  /** A bit for each family that is followed. */
  #followed = 0;
  readonly #guidEpoch: number;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
    // Fixed, so that a stepped clock does not change the GUIDs of running processes.
    this.#guidEpoch = Math.round(host.guidEpoch?.() ?? host.bootEpoch());
  }

  /** How many processes are known. */
  get size(): number {
    return this.#byPid.size;
  }

  /**
   * The process that acted; a placeholder is made for one never heard of. It takes its pid's place
   * unless a later process has that: the event may come long after its process ended.
   */
  find(
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
    uid: number,
    parentPid: number,
  ): Process {
    const known = this.#lookUp(pid, startLow, startHigh, execId);
    if (known !== undefined) return known;
    const parent = this.#byPid.get(parentPid);
    const unknown = this.#make(pid, startLow, startHigh, execId, UNKNOWN, uid, parent);
    const newest = this.#byPid.get(pid);
    if (newest === undefined || newest.isBefore(unknown)) this.#byPid.set(pid, unknown);
    return unknown;
  }

  /** The same text, of which processes with the same image keep but one. */
  sharedImage(path: string): string {
    const shared = this.#images.get(path);
    if (shared !== undefined) return shared;
    if (this.#images.size >= IMAGES_SHARED) this.#forgetImages();
    this.#images.set(path, path);
    return path;
  }

  /** The processes that run an image; none of the ended ones. Cheap where nobody ever ran it. */
  running(image: string): Process[] {
    if (!this.#images.has(image)) return [];
    return this.#byPid.values().filter((one) => !one.ended && one.face.image === image).toArray();
  }

  #forgetImages(): void {
    this.#images.clear();
    for (const { ended, face } of this.#byPid.values()) {
      if (!ended) this.#images.set(face.image, face.image);
    }
  }

  /** Exactly this process, if it is the newest one with its pid. */
  exactly(
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
  ): Process | undefined {
    const newest = this.#byPid.get(pid);
    return newest?.is(startLow, startHigh, execId) ? newest : undefined;
  }

  /** The newest process with this pid. */
  known(pid: number): Process | undefined {
    return this.#byPid.get(pid);
  }

  /**
   * Follows the process with the id `root` and all that descend from it, from now on; undefined where
   * there is none, or too many are followed already. Until `end` is called.
   */
  follow(root: number): Family | undefined {
    const bit = ~this.#followed & -~this.#followed;
    const first = this.#byPid.get(root);
    if (first === undefined || first.ended || bit === 0) return undefined;
    this.#followed |= bit;
    first.families |= bit;
    // What it had forked before it last executed has the object of then as its parent.
    for (const one of this.#byPid.values()) {
      for (let above = one.parent; above !== undefined; above = above.parent) {
        if ((above.families & bit) !== 0 || above.isSameTask(first)) {
          one.families |= bit;
          break;
        }
      }
    }
    return {
      has: (pid) => ((this.#byPid.get(pid)?.families ?? 0) & bit) !== 0,
      end: () => {
        this.#followed &= ~bit;
        for (const one of this.#byPid.values()) leave(one, bit);
        for (const one of this.#ended) leave(one, bit);
      },
    };
  }

  /** Records a fork: the child looks like its forker until it executes. */
  fork(
    parent: Process,
    face: ProcessFace,
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
    uid: number,
  ): Process {
    const child = this.#keep(this.#make(pid, startLow, startHigh, execId, face, uid, parent));
    child.placement = parent.placement && { ...parent.placement, pid };
    return child;
  }

  /**
   * Records an exec. The parent is who forked the process, also when that one has ended and init
   * has taken over; `parentPid` is asked only where the fork was before our time.
   */
  exec(
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
    uid: number,
    face: ProcessFace,
    parentPid: number,
  ): Process {
    const before = this.#byPid.get(pid);
    const same = before !== undefined && before.startLow === startLow &&
      before.startHigh === startHigh;
    const parent = same && before.parent !== undefined ? before.parent : this.#byPid.get(parentPid);
    const process = this.#keep(
      this.#make(pid, startLow, startHigh, execId, face, uid, parent),
    );
    if (same && before !== process) {
      process.placement = before.placement;
      process.families |= before.families;
      before.before = undefined;
      process.before = before;
    }
    return process;
  }

  /** Records an end. False when it was recorded already (two last threads, or a repeated record). */
  exit(process: Process): boolean {
    if (process.ended) return false;
    process.ended = true;
    process.before = undefined;
    // Else a chain of processes that each fork the next and end would never be freed.
    process.parent = undefined;
    const oldest = this.#ended[this.#nextEnded];
    if (oldest !== undefined && this.#byPid.get(oldest.pid) === oldest) {
      this.#byPid.delete(oldest.pid);
    }
    this.#ended[this.#nextEnded] = process;
    this.#nextEnded = (this.#nextEnded + 1) % ENDED_KEPT;
    return true;
  }

  #lookUp(
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
  ): Process | undefined {
    const known = this.#byPid.get(pid);
    if (known === undefined || known.is(startLow, startHigh, execId)) return known;
    if (known.before?.is(startLow, startHigh, execId)) return known.before;
    return this.#ended.find((one) =>
      one !== undefined && one.pid === pid && one.is(startLow, startHigh, execId)
    );
  }

  #keep(process: Process): Process {
    this.#byPid.set(process.pid, process);
    return process;
  }

  #make(
    pid: number,
    startLow: number,
    startHigh: number,
    execId: number,
    face: ProcessFace,
    uid: number,
    parent: Process | undefined,
  ): Process {
    const seconds = Math.floor((this.#guidEpoch + millisecondsOf(startLow, startHigh)) / 1000);
    const made = new Process(
      pid,
      startLow,
      startHigh,
      execId,
      face,
      uid,
      this.#host.userName(uid),
      parent,
      this.#host.machine,
      seconds,
    );
    made.families = parent?.families ?? 0;
    return made;
  }
}

/** The bit is given to another family, so that nobody who can still be met may keep it. */
function leave(process: Process | undefined, bit: number): void {
  for (let one = process; one !== undefined; one = one.parent) {
    one.families &= ~bit;
    if (one.before !== undefined) one.before.families &= ~bit;
  }
}
