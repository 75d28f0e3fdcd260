/**
 * What the native library says of a capture, of the kernel and of what it can do, as JSON.
 */

/** What the kernel side counted for one kind of record. */
export interface KindCounters {
  readonly captured: number;
  readonly ringFull: number;
  readonly pathIncomplete: number;
  readonly readFault: number;
  readonly tableFull: number;
  readonly argumentsTruncated: number;
  readonly internal: number;
  readonly recursion: number;
}

/** One attached kernel program. Times need `kernel.bpf_stats_enabled`. */
export interface ProgramFigures {
  readonly name: string;
  /** Ids of the Sysmon events that its attached hooks give. */
  readonly events: readonly number[];
  readonly hooks: readonly string[];
  readonly runTimeNs: number;
  readonly runCount: number;
  readonly recursionMisses: number;
}

/** The native side's statistics, all counted since the capture was opened. */
export interface CaptureStats {
  readonly kinds: Readonly<Record<string, KindCounters>>;
  readonly programs: readonly ProgramFigures[];
  /** What the kernel refused, though the events are wanted. */
  readonly failedHooks: readonly FailedHook[];
  /** What was done to the sensor, repetitions included; not on Windows. */
  readonly interferences?: { readonly seen: number; readonly refused: number };
  readonly ringBytes: number;
  readonly delivered: number;
  readonly malformed: number;
  /** Written files that hold what they held when they were delivered before, or too little. */
  readonly unchanged: number;
  /** Only on Windows. */
  readonly session?: TraceSession;
}

/** The trace session, counted since it was started. */
export interface TraceSession {
  readonly name: string;
  /** Events that found no buffer. */
  readonly eventsLost: number;
  /** Buffers that were not delivered, with all their events. */
  readonly buffersLost: number;
  /** Events for which the queue behind the session had no room. */
  readonly queueFull: number;
  /** Events too long for it. */
  readonly oversized: number;
  /** Events whose layout is not known. */
  readonly unknown: number;
  /** Why no more events come, or null. */
  readonly ended: string | null;
}

/** A hook that could not be attached. */
export interface FailedHook {
  readonly program: string;
  readonly hook: string;
  /** Ids of the Sysmon events that it would give. */
  readonly events: readonly number[];
  readonly reason: string;
}

/** Whether the kernel can do something. */
export interface Possibility {
  readonly possible: boolean;
  /** Why not. */
  readonly reason?: string;
}

/** What a capture would attach on this host. */
export interface AttachPlan {
  /** As `uname -r` says it. */
  readonly kernel: string;
  /** Seeing names of files inside the file system layer instead of at system calls. */
  readonly namesInside: Possibility;
  readonly blocking: Possibility;
  /** Every program; those without hooks are not needed. */
  readonly programs: readonly {
    readonly name: string;
    /** Ids of the wanted events that its hooks give. */
    readonly events: readonly number[];
    readonly hooks: readonly string[];
    /** Why the kernel does not take it; null when it does. */
    readonly refused: string | null;
  }[];
}

/** Something that the native library can do to make an event happen. */
export interface Provocation {
  /** Sysmon's event id. */
  readonly event: number;
  /** What is done, in a few words. */
  readonly what: string;
}

/** What became of a provocation. */
export interface Provoked {
  /** The process that carried it out, or tried. */
  readonly pid: number;
  /** Why it could not be carried out. */
  readonly blocked: string | undefined;
}
