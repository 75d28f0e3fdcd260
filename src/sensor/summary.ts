/**
 * What a run did, for people and for programs.
 */
import type { CaptureStats, KindCounters } from "../sources/native.ts";
import type { SinkCounters } from "../sinks/mod.ts";
import { eventById } from "../schema/mod.ts";
import { type Blocking, describeBlocking } from "./blocking.ts";
import type { EventCounters } from "./pipeline.ts";

/** Reasons that lose an event; the others only degrade one. */
const LOSSES = ["ringFull", "tableFull", "internal", "recursion"] as const;

/** Everything that was counted. */
export interface Summary {
  readonly seconds: number;
  /** By Sysmon event id. */
  readonly events: Readonly<Record<string, EventCounters>>;
  readonly sinks: readonly SinkCounters[];
  readonly decoder: {
    readonly records: number;
    readonly unknown: number;
    readonly running: number;
  };
  readonly hashing?: unknown;
  /** Absent in a replay. */
  readonly capture?: CaptureStats;
  /** Absent when the configuration wants nothing denied. */
  readonly blocking?: Blocking;
  readonly resources: Resources;
}

/** What the sensor's own process used. */
export interface Resources {
  readonly userMs: number;
  readonly systemMs: number;
  readonly maxRssKb: number;
}

/** Events that the kernel side lost, all reasons together. */
export function lost(kind: KindCounters): number {
  return LOSSES.reduce((sum, reason) => sum + kind[reason], 0);
}

/** The summary for people, several lines. */
export function describe(summary: Summary): string {
  const lines = [`monomi: stopped after ${summary.seconds.toFixed(1)} s`];
  for (const [id, { seen, filtered, written }] of Object.entries(summary.events)) {
    const name = eventById(Number(id))?.name ?? id;
    lines.push(
      `  ${name.padEnd(26)} captured ${seen}  filtered ${filtered}  written ${written}`,
    );
  }
  for (const [name, kind] of Object.entries(summary.capture?.kinds ?? {})) {
    const notes = Object.entries(kind).filter(([reason, n]) => reason !== "captured" && n > 0);
    if (notes.length === 0) continue;
    const text = notes.map(([reason, n]) => `${reason} ${n}`).join("  ");
    lines.push(`  kernel ${name.padEnd(19)} lost ${lost(kind)}  (${text})`);
  }
  if (summary.decoder.unknown > 0) lines.push(`  unreadable records ${summary.decoder.unknown}`);
  for (const sink of summary.sinks) {
    const error = sink.lastError === null ? "" : `  last error: ${sink.lastError}`;
    lines.push(
      `  ${sink.name.padEnd(26)} written ${sink.written}  dropped ${sink.dropped}${error}`,
    );
  }
  const notBlocked = summary.blocking && describeBlocking(summary.blocking);
  if (notBlocked !== undefined) lines.push(`  ${notBlocked}`);
  const losses = totalLost(summary);
  lines.push(losses === 0 ? "  nothing lost" : `  lost in all: ${losses}`);
  return lines.join("\n");
}

/** Events lost anywhere. */
export function totalLost(summary: Summary): number {
  const kernel = Object.values(summary.capture?.kinds ?? {}).reduce((sum, k) => sum + lost(k), 0);
  const sinks = summary.sinks.reduce((sum, sink) => sum + sink.dropped, 0);
  const malformed = summary.capture?.malformed ?? 0;
  return kernel + sinks + malformed + summary.decoder.unknown;
}
