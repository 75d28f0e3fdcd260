/** Collects what a merge has to tell, with places in the inputs. */
import { type Diagnostic, diagnosticAt, type Severity } from "../config/diagnostics.ts";
import { type Code, escapeUnprintable } from "../config/mod.ts";
import type { MergeInput } from "./types.ts";

const MAX_FINDINGS = 1000;

/** A place in one of the inputs. */
export interface InputPlace {
  readonly input: MergeInput;
  readonly offset: number;
}

/** The diagnostics of one merge. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];
  /** Rules that were left out because an earlier input has them. */
  duplicates = 0;
  hasErrors = false;

  error(code: Code, place: InputPlace, message: string): void {
    this.hasErrors = true;
    this.#add("error", code, place, message);
  }

  warn(code: Code, place: InputPlace, message: string): void {
    this.#add("warning", code, place, message);
  }

  note(code: Code, place: InputPlace, message: string): void {
    this.#add("note", code, place, message);
  }

  #add(severity: Severity, code: Code, { input, offset }: InputPlace, message: string): void {
    if (this.diagnostics.length >= MAX_FINDINGS) return;
    this.diagnostics.push(diagnosticAt(input.config.source, offset, severity, code, message));
  }
}

/** `file:line:column` of a place, to name it in a message about another one. */
export function describePlace({ input, offset }: InputPlace): string {
  const { source } = input.config;
  const { line, column } = source.positionAt(offset);
  return `${escapeUnprintable(source.fileName)}:${line}:${column}`;
}
