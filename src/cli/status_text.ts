/** A running sensor's status as lines for people. */
import { escapeUnprintable } from "../config/diagnostics.ts";
import { traceEventName } from "../events/windows/trace_definitions.ts";
import { eventById } from "../schema/mod.ts";
import type { ProtectionState } from "../sensor/protection.ts";
import type { SensorStatus } from "../sensor/status.ts";
import { describeBlocking } from "../sensor/blocking.ts";
import { describeHook, lost } from "../sensor/summary.ts";

/** What the sensor answers; another version's may lack something. */
export type RunningStatus = SensorStatus;

const LABEL_WIDTH = 15;

/** A table of it all. Text from elsewhere is escaped. */
export function describeStatus(status: RunningStatus, withHooks: boolean): string {
  return [
    ...overview(status),
    "",
    ...events(status),
    ...kernelLosses(status),
    "",
    ...sinks(status),
    ...errors(status),
    ...(withHooks ? hooks(status) : []),
  ].map(escapeUnprintable).join("\n");
}

function overview(status: RunningStatus): string[] {
  const {
    version,
    pid,
    startedAt,
    seconds,
    configuration,
    resources,
    capture,
    blocking,
    protection,
  } = status;
  const { userMs, systemMs, rssKb, maxRssKb } = resources;
  const programs = capture?.programs ?? [];
  const attached = programs.reduce((sum, { hooks }) => sum + hooks.length, 0);
  const failed = capture?.failedHooks.length ?? 0;
  const cpuSeconds = (userMs + systemMs) / 1000;
  const line = (label: string, text: string) => label.padEnd(LABEL_WIDTH) + text;
  const notBlocked = blocking && describeBlocking(blocking);
  return [
    line("monomi", `${version}, process ${pid}`),
    line("running since", `${startedAt} (${duration(seconds)})`),
    line("configuration", `${configuration.name} since ${configuration.since}`),
    line("its hash", configuration.hash),
    line("kernel", `${attached} hooks of ${programs.length} programs, ${failed} refused`),
    ...(blocking === undefined ? [] : [line("blocking", notBlocked ?? blocking.tags.join(", "))]),
    ...(protection === undefined ? [] : [line("protection", describeProtection(protection))]),
    line("memory", `${megabytes(rssKb)}, at most ${megabytes(maxRssKb)}`),
    line(
      "processor",
      `${cpuSeconds.toFixed(1)} s, ${(100 * cpuSeconds / Math.max(seconds, 0.001)).toFixed(1)} %`,
    ),
  ];
}

function describeProtection({ refusing, complaints = [], seen, refused }: ProtectionState): string {
  const state = [refusing ? "refusing" : "seeing", ...complaints].join("; ");
  return `${state}; ${seen} interferences seen, ${refused} refused`;
}

function events({ events }: RunningStatus): string[] {
  const rows = Object.entries(events).map(([id, { seen, filtered, written }]) => [
    `${id} ${eventById(Number(id))?.name ?? traceEventName(Number(id)) ?? ""}`.trim(),
    ...[seen, filtered, written].map(String),
  ]);
  return table(["event", "captured", "filtered", "written"], rows);
}

/** By kind of record: what is lost in the kernel has no event id yet. */
function kernelLosses({ capture, decoder }: RunningStatus): string[] {
  const kinds = Object.entries(capture?.kinds ?? {}).filter(([, kind]) => lost(kind) > 0);
  const lines = kinds.map(([name, kind]) => {
    const reasons = Object.entries(kind).filter(([reason, n]) => reason !== "captured" && n > 0);
    const text = reasons.map(([reason, n]) => `${reason} ${n}`).join(", ");
    return `LOST ${lost(kind)} ${name} records before they were read (${text})`;
  });
  if (decoder.unknown > 0) lines.push(`LOST ${decoder.unknown} unreadable records`);
  return lines.length === 0 ? ["nothing lost before it was read"] : lines;
}

function sinks({ sinks }: RunningStatus): string[] {
  // What sinks count beyond the common depends on where they lead.
  const common = ["name", "written", "dropped", "bytes", "errors", "lastError"];
  const further = [
    ...new Set(
      sinks.flatMap((sink) =>
        Object.entries(sink).filter(([, value]) => typeof value === "number").map(([name]) => name)
      ),
    ),
  ].filter((name) => !common.includes(name));
  const numbers = ["written", "dropped", "errors", ...further];
  const rows = sinks.map((sink) => [
    sink.name,
    ...numbers.map((name) => String((sink as unknown as Record<string, unknown>)[name] ?? "-")),
  ]);
  const troubles = sinks.filter(({ lastError }) => lastError !== null)
    .map(({ name, lastError }) => `${name}: ${lastError}`);
  return [...table(["sink", "delivered", "dropped", "failures", ...further], rows), ...troubles];
}

function errors({ lastErrors }: RunningStatus): string[] {
  if (lastErrors.length === 0) return [];
  return [
    "",
    "last errors (event 255)",
    ...lastErrors.map(({ time, id, description }) => `  ${time} ${id}: ${description}`),
  ];
}

function hooks({ capture }: RunningStatus): string[] {
  const failed = (capture?.failedHooks ?? []).map((hook) => `REFUSED ${describeHook(hook)}`);
  const attached = (capture?.programs ?? []).map(({ name, hooks }) =>
    `${name.padEnd(LABEL_WIDTH)} ${hooks.join(" ")}`
  );
  return ["", ...attached, ...failed];
}

/** The first column to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const write = (row: readonly string[]) =>
    row.map((text, i) => i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i])).join("  ");
  return [head, ...rows].map(write);
}

function megabytes(kilobytes: number): string {
  return `${(kilobytes / 1024).toFixed(1)} MB`;
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** The two largest units: `3 h 12 min`. */
function duration(seconds: number): string {
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const [unit, name] of UNITS) {
    const count = Math.floor(rest / unit);
    rest %= unit;
    if (count > 0 || parts.length > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}
