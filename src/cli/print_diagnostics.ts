/** Diagnostics on standard error, as its reader likes them. */
import type { Diagnostic } from "../config/mod.ts";
import { renderDiagnostic, type TextOptions } from "../report/mod.ts";

const GUTTER = 8;
const NARROWEST = 40;

// Read at once: later the permission to read variables may be gone.
const OPTIONS: TextOptions = Deno.stderr.isTerminal() ? forTerminal() : {};

/** Prints each with its line of source; colours only on a terminal and without NO_COLOR. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  console.error(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, OPTIONS)).join("\n"));
}

function forTerminal(): TextOptions {
  const color = !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
  try {
    return { color, width: Math.max(NARROWEST, Deno.consoleSize().columns - GUTTER) };
  } catch {
    return { color };
  }
}
