/** Results for people. */
import { escapeUnprintable, quote } from "../config/mod.ts";
import { type Paint, painter } from "../output/color.ts";
import { type CoverageReport, type Part, percent, type Share } from "./coverage.ts";
import {
  countCases,
  type CoveredConfiguration,
  explain,
  type FileResult,
  place,
  type PlacedRemark,
} from "./results.ts";
import type { EngineName } from "./model.ts";
import type { CaseResult, Failure } from "./run.ts";

/** How results look. */
export interface TextOptions {
  /** Use colours (ANSI SGR sequences). */
  readonly color?: boolean;
  /** Leave out what passed. */
  readonly quiet?: boolean;
}

/** The heading of a test file. */
export function fileHeading(file: string, configuration: string, options: TextOptions): string {
  const paint = painter(options.color);
  return `${paint("bold", escapeUnprintable(file))}  ${
    paint("dim", escapeUnprintable(configuration))
  }`;
}

/** The lines of one case; empty when there is nothing to say. */
export function caseLines(
  result: CaseResult,
  file: Pick<FileResult, "source" | "config">,
  engines: readonly EngineName[],
  options: TextOptions,
): string[] {
  const paint = painter(options.color);
  const name = escapeUnprintable(result.test.name);
  const notes = result.problems.map((problem) => `        ${paint("yellow", "note")} ${problem}`);
  switch (result.outcome) {
    case "passed":
      return options.quiet ? [] : [`  ${paint("green", "ok")}    ${name}`, ...notes];
    case "error":
      return [
        `  ${paint("red", "ERROR")} ${paint("bold", name)}`,
        `        at        ${place(file.source, result.test.offset)}`,
        ...notes,
      ];
    case "failed":
      return [
        `  ${paint("red", "FAIL")}  ${paint("bold", name)}`,
        ...result.failures.flatMap((failure) => failureLines(failure, file, engines, paint)),
        ...notes,
      ];
  }
}

function failureLines(
  failure: Failure,
  { source, config }: Pick<FileResult, "source" | "config">,
  engines: readonly EngineName[],
  paint: Paint,
): string[] {
  const { expectation, expected, got, origin } = failure;
  const onlyAs = failure.engines.length < engines.length || engines[0] !== "monomi"
    ? paint("dim", ` (as ${failure.engines.join(", ")})`)
    : "";
  const row = (label: string, text: string) => `        ${label.padEnd(10)}${text}`;
  const lines = [
    row("at", place(source, expectation.offset)),
    row("expected", paint("green", escapeUnprintable(expected))),
    row("got", paint("red", escapeUnprintable(got)) + onlyAs),
  ];
  if (origin !== undefined) lines.push(row("event", escapeUnprintable(origin)));
  const remarks = explain(config, failure);
  const width = Math.max(0, ...remarks.map((remark) => remarkPlace(remark).length));
  remarks.forEach((remark, i) => {
    const where = paint("dim", remarkPlace(remark).padEnd(width));
    const label = remark.about === remarks[i - 1]?.about ? "" : remark.about;
    lines.push(row(label, width === 0 ? remark.text : `${where}  ${remark.text}`));
  });
  return lines.map((line) => line.trimEnd());
}

function remarkPlace({ file, line, column }: PlacedRemark): string {
  return file === undefined ? "" : `${escapeUnprintable(file)}:${line}:${column}`;
}

/** `12 passed, 1 failed (3 files, 40 ms)`. */
export function summaryLine(
  files: readonly FileResult[],
  milliseconds: number,
  options: TextOptions,
): string {
  const paint = painter(options.color);
  const { passed, failed, error, skipped } = countCases(files);
  const parts = [
    paint(passed > 0 ? "green" : "dim", `${passed} passed`),
    paint(failed > 0 ? "red" : "dim", `${failed} failed`),
    ...(error > 0 ? [paint("red", `${error} could not run`)] : []),
    ...(skipped > 0 ? [`${skipped} filtered out`] : []),
  ];
  const fileCount = files.length === 1 ? "1 file" : `${files.length} files`;
  const time = milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
  return `${parts.join(", ")} ${paint("dim", `(${fileCount}, ${time})`)}`;
}

/** The share of each kind of part, and every part that no test matched. */
export function coverageLines(
  { config, report }: CoveredConfiguration,
  options: TextOptions,
): string[] {
  const paint = painter(options.color);
  const lines = [
    `${paint("bold", "coverage of " + escapeUnprintable(config.source.fileName))}: ` +
    `${formatPercent(report.all)} (${shares(report)})`,
  ];
  if (report.uncovered.length === 0) return lines;
  lines.push("never matched by a test:");
  const places = report.uncovered.map(({ node }) => place(config.source, node.offset));
  const width = Math.max(...places.map(({ length }) => length));
  report.uncovered.forEach((part, i) => {
    lines.push(`  ${paint("dim", places[i].padEnd(width))}  ${describePart(part)}`);
  });
  return lines;
}

/** `elements 2/2, rules 1/3, conditions 10/12`. */
function shares({ elements, rules, conditions }: CoverageReport): string {
  const share = (name: string, { covered, total }: Share) => `${name} ${covered}/${total}`;
  return [share("elements", elements), share("rules", rules), share("conditions", conditions)]
    .join(", ");
}

/** Never rounded up to 100 %. */
export function formatPercent(share: Share): string {
  return `${(Math.floor(percent(share) * 10) / 10).toFixed(1)} %`;
}

/** One line about a part, safe to print. */
export function describePart(part: Part): string {
  switch (part.kind) {
    case "element":
      return `<${part.tag} onmatch="${part.node.onmatch}">`;
    case "rule": {
      const name = part.node.name === undefined ? "" : ` ${quote(part.node.name.text)}`;
      return `${part.tag} <Rule>${name} (${part.node.combination})`;
    }
    case "condition": {
      const { field, operator, value } = part.node;
      return `${part.tag} ${field} ${operator} ${quote(value)}`;
    }
  }
}
