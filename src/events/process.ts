/**
 * One process as the table knows it.
 */
import { processGuid } from "./guid.ts";
import type { Placement } from "./placement.ts";

/** What a process shows of itself; shared with its forked children until they execute. */
export interface ProcessFace {
  readonly image: string;
  readonly commandLine: string;
}

/** Who a process is (T4, T6): a new one begins with every fork and every exec. */
export class Process {
  #guid = "";

  constructor(
    readonly pid: number,
    /** Low and high words of its start in nanoseconds of the boot clock. */
    readonly startLow: number,
    readonly startHigh: number,
    readonly execId: number,
    readonly face: ProcessFace,
    readonly uid: number,
    readonly user: string,
    /** Who forked it; undefined where that was before our time, and after its own end. */
    public parent: Process | undefined,
    readonly machine: number,
    /** Its start in seconds since 1970. */
    readonly startSeconds: number,
  ) {}

  /** Where it runs; undefined outside of containers. */
  placement: Placement | undefined;

  /** A bit for each family (`ProcessTable.follow`) that it belongs to. */
  families = 0;

  /** Its end was reported. */
  ended = false;

  /** What it was before its last exec, for events that were on their way then. */
  before: Process | undefined;

  /** Sysmon's ProcessGuid; computed when first asked for. */
  get guid(): string {
    return this.#guid ||= processGuid(
      this.machine,
      this.startSeconds,
      this.startLow,
      this.pid,
      this.execId,
    );
  }

  /** Whether this one had its pid before `other` had it, or before its exec. */
  isBefore(other: Process): boolean {
    if (this.startHigh !== other.startHigh) return this.startHigh < other.startHigh;
    if (this.startLow !== other.startLow) return this.startLow < other.startLow;
    return this.execId < other.execId;
  }

  /** Whether both are one task of the kernel, before and after an exec. */
  isSameTask(other: Process): boolean {
    return this.pid === other.pid && this.startLow === other.startLow &&
      this.startHigh === other.startHigh;
  }

  /** Whether a record's acting process is this very one. */
  is(startLow: number, startHigh: number, execId: number): boolean {
    return this.startLow === startLow && this.startHigh === startHigh && this.execId === execId;
  }
}
