/**
 * Events 255: what was lost where, which hooks the kernel refused, which hashes are missing. Each says
 * what is new since the one before.
 */
import type { Event } from "../events/event.ts";
import type { SinkCounters } from "../sinks/mod.ts";
import type { CaptureStats, KindCounters } from "../sources/native_answers.ts";
import { errorReport } from "./own_events.ts";
import { describeHook, lost } from "./summary.ts";

/** How often losses are looked for. */
const LOSSES_MS = 5_000;
/** Short-lived programs leave without hashes all the time: these are told less often. */
const HASHES_MS = 60_000;
/** A receiver that is down for a night must not fill what is left with reports of it. */
const SINK_MS = 60_000;
/** Not a failure: a file that had to be a program turned out to be none. */
const NO_FAILURE = "not_program";

/** What failed is counted by reason. */
type Reasons = Readonly<Record<string, number>>;

/** Decides when there is something to report. */
export class ErrorReports {
  readonly #lost = new Map<string, number>();
  readonly #failed = new Set<string>();
  readonly #sinks = new Map<string, { dropped: number; at: number }>();
  /** Reports since sinks were looked at; what loses events loses these, too. */
  #reports = 0;
  #unreadable = 0;
  #lossesAt = 0;
  #hashesAt = -Infinity;
  #hashes: Reasons | undefined;
  #missing = 0;

  /** Whether losses are due to be looked for, at a time in milliseconds. */
  isDue(now: number): boolean {
    return now - this.#lossesAt >= LOSSES_MS;
  }

  /** One event for every kind of record whose losses have grown, and one for what is unreadable. */
  losses({ kinds, malformed }: CaptureStats, now: number, unreadable = 0): Event[] {
    this.#lossesAt = now;
    const events = Object.entries(kinds).flatMap(([name, kind]) => {
      const total = lost(kind);
      const before = this.#lost.get(name) ?? 0;
      if (total <= before) return [];
      this.#lost.set(name, total);
      return [errorReport("LostEvents", describeLoss(name, kind, total - before))];
    });
    const total = malformed + unreadable;
    if (total > this.#unreadable) {
      const added = total - this.#unreadable;
      this.#unreadable = total;
      events.push(
        errorReport("LostEvents", `${added} records could not be read (since start: ${total})`),
      );
    }
    this.#reports += events.length;
    return events;
  }

  /** One event for every sink that has lost more than reports; seldom, unless it is the `last`. */
  sinks(counters: readonly SinkCounters[], now: number, last = false): Event[] {
    const events = counters.flatMap(({ name, dropped, drops }) => {
      const before = this.#sinks.get(name) ?? { dropped: 0, at: -Infinity };
      const added = dropped - before.dropped;
      if (added <= this.#reports || (!last && now - before.at < SINK_MS)) return [];
      this.#sinks.set(name, { dropped, at: now });
      const reasons = describeReasons(Object.entries(drops).filter(([, n]) => n > 0));
      const text = `${name}: ${added} events lost since the last report (since start: ${reasons})`;
      return [errorReport("SinkDropped", text)];
    });
    if (events.length > 0) this.#reports = events.length;
    return events;
  }

  /** One event for every hook that failed and had not failed before. */
  hooks({ failedHooks }: CaptureStats): Event[] {
    const now = new Map(failedHooks.map((hook) => [`${hook.program} ${hook.hook}`, hook]));
    const added = [...now].filter(([key]) => !this.#failed.has(key)).map(([, hook]) => hook);
    this.#failed.clear();
    for (const key of now.keys()) this.#failed.add(key);
    return added.map((hook) => errorReport("HookFailed", describeHook(hook)));
  }

  /**
   * An event when hashes are missing, but seldom; `last` tells what there is. `reasons` is the counter
   * of the hasher in force.
   */
  hashes(reasons: Reasons | undefined, now: number, last = false): Event[] {
    if (reasons !== this.#hashes) this.#missing = 0;
    this.#hashes = reasons;
    if (!last && now - this.#hashesAt < HASHES_MS) return [];
    const missing = Object.entries(reasons ?? {}).filter(([name, n]) => name !== NO_FAILURE && n);
    const total = missing.reduce((sum, [, n]) => sum + n, 0);
    if (total <= this.#missing) return [];
    const added = total - this.#missing;
    this.#missing = total;
    this.#hashesAt = now;
    const text = describeReasons(missing);
    return [
      errorReport("HashFailed", `${added} hashes missing since the last report (in all: ${text})`),
    ];
  }
}

function describeReasons(reasons: readonly (readonly [string, number])[]): string {
  return reasons.map(([reason, n]) => `${reason} ${n}`).join(", ");
}

function describeLoss(name: string, kind: KindCounters, count: number): string {
  const reasons = Object.entries(kind).filter(([reason, n]) => reason !== "captured" && n > 0);
  const text = describeReasons(reasons);
  return `${count} ${name} events lost since the last report (since start: ${text})`;
}
