/** One input: what reading it must do, whatever it holds. */

import { formatDiagnostic, loadConfig } from "../../src/config/mod.ts";
import { lint } from "../../src/lint/mod.ts";
import { compileRules } from "../../src/rules/mod.ts";

/** What happened to an input. */
export type Outcome = "loaded" | "refused";

/** An input that broke a promise. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/**
 * Reads the input; one that loads is linted and compiled as well when `further` is set.
 *
 * @throws {BrokenPromise} for a refusal without a place or reason, or a diagnostic that cannot be
 * printed; whatever reading it throws
 */
export function tryInput(
  bytes: Uint8Array,
  file: string,
  permissive: boolean,
  further: boolean,
): Outcome {
  const { config, diagnostics } = loadConfig(bytes, file, { permissive });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if ((config === undefined) !== (errors.length > 0)) {
    throw new BrokenPromise(`${errors.length} errors, ${config ? "loaded" : "refused"}`);
  }
  const linted = config !== undefined && further ? lint(config) : [];
  for (const diagnostic of [...diagnostics, ...linted]) {
    const { line, column } = diagnostic;
    const text = formatDiagnostic(diagnostic);
    if (!(line >= 1 && column >= 1)) throw new BrokenPromise(`no place: ${text}`);
    if (/[\p{Cc}\p{Cs}]/u.test(text)) {
      throw new BrokenPromise(`unprintable: ${JSON.stringify(text)}`);
    }
  }
  if (config !== undefined && further) compileRules(config);
  return config === undefined ? "refused" : "loaded";
}
