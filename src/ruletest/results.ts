/** What running test files gave, as every report reads it. */
import { type Config, escapeUnprintable, type SourceText } from "../config/mod.ts";
import type { Position } from "../config/source.ts";
import { explainEvent } from "../rules/explain.ts";
import { because, type Remark } from "./because.ts";
import type { CoverageReport } from "./coverage.ts";
import { ENGINES } from "./model.ts";
import type { CaseResult, Failure } from "./run.ts";

/** One test file, run. */
export interface FileResult {
  /** As named on the command line or found in a folder. */
  readonly file: string;
  /** The test file's text. */
  readonly source: SourceText;
  readonly config: Config;
  readonly cases: readonly CaseResult[];
  /** Cases that were not asked for. */
  readonly skipped: number;
}

/** A configuration and what all tests of it covered. */
export interface CoveredConfiguration {
  readonly config: Config;
  readonly report: CoverageReport;
}

/** How many cases there were of each outcome. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly error: number;
  readonly skipped: number;
}

/** Sums over files. */
export function countCases(files: readonly FileResult[]): Counts {
  const counts = { passed: 0, failed: 0, error: 0, skipped: 0 };
  for (const { cases, skipped } of files) {
    counts.skipped += skipped;
    for (const { outcome } of cases) counts[outcome]++;
  }
  return counts;
}

/** `file:line:column`, safe to print. */
export function place(source: SourceText, offset: number): string {
  const { line, column } = source.positionAt(offset);
  return `${escapeUnprintable(source.fileName)}:${line}:${column}`;
}

/** A remark with its place in the configuration. */
export interface PlacedRemark {
  readonly text: string;
  readonly about: "because" | "nearest";
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Why a failure's event was treated as it was; empty for failures that are about counts. */
export function explain(config: Config, { event, engines, expectation }: Failure): PlacedRemark[] {
  if (event === undefined) return [];
  const options = ENGINES[engines[0]];
  const explanation = explainEvent(config, event, options);
  return because(config, event, explanation, expectation, options)
    .map((remark) => placed(config, remark));
}

function placed({ source }: Config, { text, offset, about = "because" }: Remark): PlacedRemark {
  if (offset === undefined) return { text, about };
  const position: Position = source.positionAt(offset);
  return { text, about, file: source.fileName, ...position };
}
