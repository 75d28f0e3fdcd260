/** The figures for people: tables of medians, and a warning where the machine was too noisy. */

import { CHECK, slowestChecks, usualCheck } from "./check.ts";
import { REPLAY } from "./replay.ts";
import { IDLE } from "./idle.ts";
import { median, type Results, spread } from "./results.ts";
import { KERNEL_TIME, NOBODY } from "./rounds.ts";
import { CONFIGURATIONS } from "./rules/run.ts";
import { START } from "./start.ts";
import { STORMS } from "./storm.ts";

const PER = 10_000;
const TOO_NOISY = 0.15;
const KIB_PER_MB = 1e6 / 1024;

/** Everything that `results` holds, as Markdown. */
export function report(results: Results): string {
  return [...STORMS.map(({ name }) => storm(name)), idle(), start(), rules(), check(), replay()]
    .filter((text) => text !== undefined)
    .join("\n\n");

  function storm(name: string): string | undefined {
    const sensors = results.sensors(name);
    if (sensors.length === 0) return undefined;
    const median = (sensor: string, quantity: string) => results.median(name, sensor, quantity);
    const rows = sensors.map((sensor) => {
      const perOperations = (digits: number, ...quantities: string[]) => {
        const values = quantities.map((quantity) => median(sensor, quantity));
        if (values[0] === undefined) return "";
        const total = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
        return number(total * PER / median(sensor, "operations")!, digits);
      };
      return [
        sensor,
        number(median(sensor, "rate_per_s"), 0),
        sensor === NOBODY ? "1" : number(ratio(name, sensor), 2),
        sensor === NOBODY ? "" : number(pairwise(name, sensor), 2),
        perOperations(2, "sensor_user_s", "sensor_system_s"),
        perOperations(2, "kauditd_user_s", "kauditd_system_s"),
        perOperations(3, KERNEL_TIME),
        megabytes(median(sensor, "memory_in_all_kib")),
        number(results.sum(name, sensor, "expected_events"), 0),
        number(results.sum(name, sensor, "written_events"), 0),
        number(results.sum(name, sensor, "counted_lost"), 0),
      ];
    });
    const titles = [
      name,
      "rate/s",
      "ratio",
      "pairwise",
      "CPU s/10k",
      "kauditd s/10k",
      "in-kernel s/10k",
      "MB in all",
      "events due",
      "written",
      "lost",
    ];
    const noise = spread([...results.rounds(name, NOBODY, "rate_per_s").values()]);
    const percent = `${number(noise * 100, 0)} %`;
    const judgement = noise > TOO_NOISY
      ? `TOO NOISY: without a sensor the rates lie ${percent} apart; these figures prove nothing.`
      : `Without a sensor the rates lie ${percent} apart.`;
    return `${table(titles, rows)}\n\n${judgement}\n\n${memory(name, sensors)}`;
  }

  function ratio(name: string, sensor: string): number | undefined {
    const without = results.median(name, NOBODY, "rate_per_s");
    const rate = results.median(name, sensor, "rate_per_s");
    return rate === undefined || without === undefined ? undefined : rate / without;
  }

  function pairwise(name: string, sensor: string): number | undefined {
    return median(results.pairwiseRatios(name, sensor, NOBODY, "rate_per_s"));
  }

  function memory(name: string, sensors: readonly string[]): string {
    const quantities = {
      "anonymous": "rss_anonymous_kib",
      "files": "rss_file_without_ring_kib",
      "shared": "rss_shared_kib",
      "kernel maps": "kernel_maps_kib",
      "of these the ring": "ring_kib",
      "in all": "memory_in_all_kib",
    };
    const rows = sensors.filter((sensor) => sensor !== NOBODY).map((sensor) => [
      sensor,
      ...Object.values(quantities)
        .map((quantity) => megabytes(results.median(name, sensor, quantity))),
    ]);
    return table([`${name}: MB`, ...Object.keys(quantities)], rows);
  }

  function idle(): string | undefined {
    const value = (quantity: string, digits: number) =>
      number(results.median(IDLE, "monomi", quantity), digits);
    if (results.sensors(IDLE).length === 0) return undefined;
    return `Idle with the shipped configuration, ${value("seconds", 0)} s: ` +
      `${value("sensor_percent_of_one_core", 2)} % of one core, ` +
      `${megabytes(results.median(IDLE, "monomi", "memory_in_all_kib"))} MB in all. ` +
      `Meanwhile the machine was busy for ${value("machine_busy_s", 1)} s and started ` +
      `${value("machine_new_processes", 0)} processes.`;
  }

  function start(): string | undefined {
    const sensors = results.sensors(START);
    if (sensors.length === 0) return undefined;
    const quantities = ["ready_ms", "first_event_ms", "stop_ms"];
    const rows = sensors.map((sensor) => [
      sensor,
      ...quantities.map((quantity) => number(results.median(START, sensor, quantity), 0)),
    ]);
    return table(["start", "ready after ms", "first event after ms", "end took ms"], rows);
  }

  function rules(): string | undefined {
    const measured = CONFIGURATIONS.filter(({ name }) => results.sensors(name).length > 0);
    if (measured.length === 0) return undefined;
    const rows = measured.map(({ name }) => {
      const rate = (matcher: string) => results.median(name, matcher, "rate_per_s");
      const times = (a: string, b: string, digits: number) =>
        number(median(results.pairwiseRatios(name, a, b, "rate_per_s")), digits);
      return [
        name,
        number(results.median(name, "compiled", "conditions"), 0),
        number(rate("interpreter"), 0),
        number(rate("compiled"), 0),
        times("compiled", "interpreter", 0),
        number(rate("ten-fold"), 0),
        times("compiled", "ten-fold", 2),
      ];
    });
    const titles = [
      "events/s and core",
      "conditions",
      "interpreter",
      "compiled",
      "times as fast",
      "ten times the rules",
      "times the cost",
    ];
    return table(titles, rows);
  }

  function check(): string | undefined {
    if (results.sensors(CHECK).length === 0) return undefined;
    const rows = slowestChecks(results, 5).map(({ name, ms }) => [name, number(ms, 0)]);
    return `${table(["check, the slowest", "whole process ms"], rows)}\n\n` +
      `The median over all files: ${number(usualCheck(results), 0)} ms; --version alone: ` +
      `${number(results.median(CHECK, "--version", "whole_process_ms"), 0)} ms.`;
  }

  function replay(): string | undefined {
    const readers = results.sensors(REPLAY);
    if (readers.length === 0) return undefined;
    const rows = readers.map((reader) => [
      reader,
      number(results.median(REPLAY, reader, "records_per_s"), 0),
      number(results.median(REPLAY, reader, "megabytes_per_s"), 1),
      number(results.median(REPLAY, reader, "records"), 0),
    ]);
    return table(["replay", "records/s", "MB/s", "records"], rows);
  }
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? "" : value.toFixed(digits);
}

function megabytes(kibibytes: number | undefined): string {
  return kibibytes === undefined ? "" : number(kibibytes / KIB_PER_MB, 0);
}

/** A Markdown table with columns as wide as their widest cell. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(titles), rule, ...rows.map(line)].join("\n");
}
