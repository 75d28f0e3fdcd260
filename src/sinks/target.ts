/**
 * Where rendered lines go: the contract, and what every target counts.
 */

import type { Mark } from "./chunk.ts";

/** Under which limit lines were lost. */
export interface Drops {
  /** No room in memory. */
  queueFull: number;
  /** No room in the spool, by its limit. */
  spoolFull: number;
  /** What the spool held could not be read any more. */
  spoolDamaged: number;
  /** The receiver will never take them: too long, or refused. */
  undeliverable: number;
  /** Still waiting when the target closed, or given to it afterwards. */
  closed: number;
}

/** A name of {@link Drops}. */
export type DropReason = keyof Drops;

/** What became of the lines given to a target. */
export interface TargetCounters {
  /** Lines delivered. */
  written: number;
  /** Lines lost, all of `drops` together. */
  dropped: number;
  drops: Drops;
  /** Lines that wait in memory. */
  waiting: number;
  /** Lines that wait on disk, those of earlier runs included. */
  spooled: number;
  /** Lines delivered again because the receiver may have lost them; not counted in `written`. */
  resent: number;
  /** Bytes delivered. */
  bytes: number;
  /** Failed attempts to deliver. */
  errors: number;
  /** What the last failed attempt said, or null. */
  lastError: string | null;
}

/** Counters at the start. */
export function newCounters(): TargetCounters {
  const drops = { queueFull: 0, spoolFull: 0, spoolDamaged: 0, undeliverable: 0, closed: 0 };
  return {
    written: 0,
    dropped: 0,
    drops,
    waiting: 0,
    spooled: 0,
    resent: 0,
    bytes: 0,
    errors: 0,
    lastError: null,
  };
}

/** Takes lines and delivers them in its own time. A target in trouble costs others nothing. */
export interface Target {
  /** For people: `stdout`, `file /var/log/x`, `syslog /dev/log`. */
  readonly name: string;
  readonly counters: Readonly<TargetCounters>;
  /** Resolves, with the reason, once nothing can ever be delivered again. */
  readonly broken: Promise<string>;
  /**
   * Queues `lines[0]` to `lines[count - 1]`, which hold no line ends; `marks[first]` tells of the first
   * one's event. Never blocks and never throws; what the queue has no room for is counted as dropped.
   */
  write(lines: readonly string[], count: number, marks?: readonly Mark[], first?: number): void;
  /**
   * Undefined while more lines are welcome; else a promise that resolves when writing may go on, at
   * the latest when this kind of target has been waited for long enough. One in trouble, or too slow
   * to empty half of its queue in that time, is always ready: it drops rather than holds others up.
   */
  ready(): Promise<void> | undefined;
  /** Resolves when everything is delivered, cannot be for now, or took too long. */
  flush(): Promise<void>;
  /** Flushes, counts what is left as dropped, and lets go of the file or socket. */
  close(): Promise<void>;
}

/** Settings that all targets share. */
export interface TargetOptions {
  /** Told about trouble in sentences for people, at most once in a while. */
  readonly onProblem?: (message: string) => void;
  /** Bytes that may wait; 8 MiB when absent. */
  readonly queueBytes?: number;
  /** Milliseconds that `flush` and `close` wait at most; 3,000 when absent. Not for lossless. */
  readonly flushMilliseconds?: number;
  /**
   * Have `ready`, `flush` and `close` wait for as long as it takes. For sources that can wait (a
   * recorded file), never for live capture.
   */
  readonly lossless?: boolean;
}

/** The words of an error without its stack, for messages. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOSPC`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
