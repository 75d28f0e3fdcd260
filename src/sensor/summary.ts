/**
 * What a run did, for people and for programs.
 */
import { escapeUnprintable } from "../config/diagnostics.ts";
import type { HashCounters } from "../hashing/mod.ts";
import type { CaptureStats, FailedHook, KindCounters } from "../sources/native_answers.ts";
import type { SinkCounters } from "../sinks/mod.ts";
import { traceEventName } from "../events/windows/trace_definitions.ts";
import { eventById } from "../schema/mod.ts";
import { type Blocking, describeBlocking } from "./blocking.ts";
import type { CandidateCounters } from "./candidates.ts";
import type { EventCounters } from "./pipeline.ts";
import type { LogSummary } from "./replay_source.ts";

/** Reasons that lose an event; the others only degrade one. */
const LOSSES = ["ringFull", "tableFull", "internal", "recursion"] as const;

/** Everything that was counted. */
export interface Summary {
  readonly seconds: number;
  /** By Sysmon event id. */
  readonly events: Readonly<Record<string, EventCounters>>;
  /** Files that may have been programs; absent when there was none. */
  readonly candidates?: CandidateCounters;
  readonly sinks: readonly SinkCounters[];
  readonly decoder: {
    readonly records: number;
    readonly unknown: number;
    readonly running: number;
  };
  /** Only in a replay. */
  readonly logs?: readonly LogSummary[];
  /** Absent where no rule and no field asks for hashes. */
  readonly hashing?: Readonly<HashCounters>;
  /** Absent where no ArchiveDirectory is configured. */
  readonly archiving?: unknown;
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
  /** Resident memory now. */
  readonly rssKb: number;
  /** Its peak. */
  readonly maxRssKb: number;
}

/** Events that the kernel side lost, all reasons together. */
export function lost(kind: KindCounters): number {
  return LOSSES.reduce((sum, reason) => sum + kind[reason], 0);
}

/** A hook that failed, and what it costs, in a line. */
export function describeHook({ hook, events, reason }: FailedHook): string {
  const ids = events.length === 1 ? `event ${events[0]}` : `events ${events.join(", ")}`;
  return `${hook} is not seen, ${ids} may be missing: ${reason}`;
}

/** The summary for people, several lines. */
export function describe(summary: Summary): string {
  const lines = [`monomi: stopped after ${summary.seconds.toFixed(1)} s`];
  for (const [id, { seen, filtered, written }] of Object.entries(summary.events)) {
    const name = eventById(Number(id))?.name ?? traceEventName(Number(id)) ?? id;
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
  if (summary.candidates !== undefined) lines.push(describeCandidates(summary.candidates));
  for (const hook of summary.capture?.failedHooks ?? []) {
    lines.push(`  failed: ${describeHook(hook)}`);
  }
  if (summary.decoder.unknown > 0) lines.push(`  unreadable records ${summary.decoder.unknown}`);
  for (const log of summary.logs ?? []) lines.push(...describeLog(log));
  for (const sink of summary.sinks) {
    const error = sink.lastError === null
      ? ""
      : `  last error: ${escapeUnprintable(sink.lastError)}`;
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

/** Only what events 29 do not tell. */
function describeCandidates({ captured, notPrograms, lost }: CandidateCounters): string {
  const reasons = Object.entries(lost).map(([reason, n]) => `${reason} ${n}`).join("  ");
  const count = sumOf(lost);
  const name = "files, maybe programs".padEnd(26);
  return `  ${name} captured ${captured}  no programs ${notPrograms}  lost ${count}` +
    (count > 0 ? `  (${reasons})` : "");
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** What a log held; of a trace, every kind of record and how many of it there are. */
function describeLog({ file, events, skipped, problems, trace }: LogSummary): string[] {
  const notes = [
    skipped > 0 ? `, ${skipped} of others` : "",
    problems > 0 ? `, ${problems} damaged places` : "",
  ].join("");
  const name = escapeUnprintable(file);
  if (trace === undefined) return [`  ${name}: ${events} events${notes}`];
  const counted = trace.kinds.reduce((sum, { count }) => sum + count, trace.furtherKinds);
  const known = trace.kinds.filter(({ event }) => event !== null);
  const unknown = trace.kinds.filter(({ event }) => event === null);
  const kind = (text: string, count: number) => `    ${text.padEnd(40)} ${count}`;
  return [
    `  ${name}: ${events} events of ${trace.records} records in ${trace.buffers} buffers${notes}`,
    ...known.map(({ event, origin, id, version, count }) =>
      kind(`${event} (${origin} ${id} v${version})`, count)
    ),
    ...unknown.map(({ name, origin, id, version, count }) =>
      kind(`unknown: ${escapeUnprintable(name ?? "")}(${origin} ${id} v${version})`, count)
    ),
    ...(trace.furtherKinds > 0 ? [kind("unknown: of further kinds", trace.furtherKinds)] : []),
    ...(trace.skippedBytes > 0
      ? [kind(`bytes skipped in ${trace.damaged} damaged buffers`, trace.skippedBytes)]
      : []),
    kind("records unaccounted for", trace.records - counted),
  ];
}

/** Events lost anywhere. */
function totalLost(summary: Summary): number {
  const kernel = Object.values(summary.capture?.kinds ?? {}).reduce((sum, k) => sum + lost(k), 0);
  const sinks = summary.sinks.reduce((sum, sink) => sum + sink.dropped, 0);
  const malformed = summary.capture?.malformed ?? 0;
  const candidates = sumOf(summary.candidates?.lost ?? {});
  return kernel + sinks + malformed + summary.decoder.unknown + candidates;
}
