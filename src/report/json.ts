/** Results of checking files as one JSON object. */
import type { Diagnostic } from "../config/diagnostics.ts";
import { jsonText } from "../output/json.ts";
import { countOf, type FileResult } from "./result.ts";

/** A diagnostic without what only people need. */
export function diagnosticToJson(diagnostic: Diagnostic): Omit<Diagnostic, "excerpt"> {
  const { severity, code, message, help, file, line, column, length } = diagnostic;
  return { severity, code, message, ...(help && { help }), file, line, column, length };
}

/** `{files: [{file, valid, diagnostics: […], failure?}], errors, warnings}`, indented. */
export function renderJson(results: readonly FileResult[]): string {
  const files = results.map(({ file, valid, diagnostics, failure }) => ({
    file,
    valid,
    diagnostics: diagnostics.map(diagnosticToJson),
    ...(failure !== undefined && { failure }),
  }));
  const errors = countOf(results, "error");
  return jsonText({ files, errors, warnings: countOf(results, "warning") });
}
