/** What checking files gave, and what every report counts of it. */
import type { Diagnostic, Severity } from "../config/diagnostics.ts";

/** The result of one file. */
export interface FileResult {
  /** As named on the command line or found in a folder; `<stdin>` for standard input. */
  readonly file: string;
  /** No error. */
  readonly valid: boolean;
  /** Sysmon prints "Configuration file validated." */
  readonly validated: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the file could not be read; nothing else is known then. */
  readonly failure?: string;
}

/** How many diagnostics of one severity there are. */
export function countOf(results: readonly FileResult[], severity: Severity): number {
  return results.reduce(
    (sum, { diagnostics }) => sum + diagnostics.filter((d) => d.severity === severity).length,
    0,
  );
}

/** `3 files: 1 valid, 1 invalid, 1 not read; 2 errors, 1 warning`. */
export function summaryOf(results: readonly FileResult[]): string {
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  const valid = results.filter((result) => result.valid).length;
  const invalid = results.length - valid - failed;
  const files = [
    `${valid} valid`,
    ...(invalid > 0 ? [`${invalid} invalid`] : []),
    ...(failed > 0 ? [`${failed} not read`] : []),
  ];
  return `${numberOf(results.length, "file")}: ${files.join(", ")}; ` +
    `${numberOf(countOf(results, "error"), "error")}, ` +
    numberOf(countOf(results, "warning"), "warning");
}

function numberOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
