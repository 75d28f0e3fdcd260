/** Results of checking files as one JSON object. */
import type { Diagnostic } from "../config/diagnostics.ts";
import { countOf, type FileResult } from "./result.ts";

/** A diagnostic without what only people need. */
export function diagnosticToJson(diagnostic: Diagnostic): Omit<Diagnostic, "excerpt"> {
  const { severity, code, message, help, file, line, column, length } = diagnostic;
  return { severity, code, message, ...(help && { help }), file, line, column, length };
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Indented JSON that no terminal obeys: hidden characters, also those JSON allows, are escaped. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(HIDDEN, (character) => {
    if (character === "\n") return character;
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
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
  return stringify({ files, errors, warnings: countOf(results, "warning") });
}
