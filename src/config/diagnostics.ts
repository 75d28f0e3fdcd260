/** Diagnostics with a place: collecting them, and quoting what they speak of. */
import type { Code } from "./codes.ts";
import { type Excerpt, excerptOf, type Place, spanOf } from "./place.ts";
import type { SourceText } from "./source.ts";

/** An error refuses the file; a note only tells. */
export type Severity = "error" | "warning" | "note";

/** One problem of a file. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: Code;
  /** One line, without control characters. */
  readonly message: string;
  /** What is meant instead or what to do, where there is something to say; one line like `message`. */
  readonly help?: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** How many UTF-16 code units of the line it is about; at least 1, even at the end of a line. */
  readonly length: number;
  /** The line, or what is near the place; absent where there is no text. */
  readonly excerpt?: Excerpt;
}

const QUOTED_LENGTH = 80;

/** Controls, and what a terminal obeys or a reader does not see: as in what the sinks write. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;
/** Most texts: told at a glance. */
const PLAIN = /^[ -~]*$/;

/** `text` with every character escaped (`\x1b`, `\u202e`) that could upset a terminal or a log. */
export function escapeUnprintable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNPRINTABLE, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = character.codePointAt(0)!;
    const digits = code.toString(16);
    if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
  });
}

/** `text` from a file in single quotes, escaped and cut to a length that fits a line. */
export function quote(text: string): string {
  const cut = text.length > QUOTED_LENGTH ? text.slice(0, QUOTED_LENGTH) : text;
  return `'${escapeUnprintable(cut)}${cut.length < text.length ? "…" : ""}'`;
}

/** `file:line:column: severity: message [code]`, safe to print on a terminal. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, code } = diagnostic;
  return `${escapeUnprintable(file)}:${line}:${column}: ${severity}: ${message} [${code}]`;
}

/** How many diagnostics of one file are kept; the rest is summed up in one line. */
const MAX_DIAGNOSTICS = 1000;

/** A text, or how to make it where that is costly and nobody may see it. */
export type Message = string | (() => string);

/** What to do, or how to find out; undefined where there is nothing to say. */
export type Help = string | (() => string | undefined);

/** Collects the diagnostics of one file. */
export class Reporter {
  readonly #source: SourceText;
  readonly #permissive: boolean;
  readonly #kept: Diagnostic[] = [];
  #suppressed = 0;
  #suppressedErrors = 0;
  #hasErrors = false;

  constructor(source: SourceText, permissive: boolean) {
    this.#source = source;
    this.#permissive = permissive;
  }

  /** Whether the file must not be used. */
  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  error(code: Code, place: Place, message: Message, help?: Help): void {
    this.#add("error", code, place, message, help);
  }

  warn(code: Code, place: Place, message: Message, help?: Help): void {
    this.#add("warning", code, place, message, help);
  }

  note(code: Code, place: Place, message: Message, help?: Help): void {
    this.#add("note", code, place, message, help);
  }

  /** An error where the file is validated, a warning (the caller skips) in the permissive profile. */
  refuse(code: Code, place: Place, message: Message, help?: Help): void {
    this.#add(this.#permissive ? "warning" : "error", code, place, message, help);
  }

  /** All diagnostics by place, with a last line that tells how many more there were. */
  finish(): Diagnostic[] {
    const sorted = sortDiagnostics(this.#kept);
    if (this.#suppressed > 0) {
      const last = sorted[sorted.length - 1];
      sorted.push({
        severity: this.#suppressedErrors > 0 ? "error" : "warning",
        code: "MON099",
        message: `${this.#suppressed} more problems are not shown`,
        file: last.file,
        line: last.line,
        column: last.column,
        length: last.length,
      });
    }
    return sorted;
  }

  #add(
    severity: Severity,
    code: Code,
    place: Place,
    message: Message,
    help?: Help,
  ): void {
    if (severity === "error") this.#hasErrors = true;
    if (this.#kept.length >= MAX_DIAGNOSTICS) {
      this.#suppressed++;
      if (severity === "error") this.#suppressedErrors++;
      return;
    }
    const text = typeof message === "string" ? message : message();
    const said = typeof help === "function" ? help() : help;
    this.#kept.push(diagnosticAt(this.#source, place, severity, code, text, said));
  }
}

/** One diagnostic about a place in `source`. */
export function diagnosticAt(
  source: SourceText,
  place: Place,
  severity: Severity,
  code: Code,
  message: string,
  help?: string,
): Diagnostic {
  const { offset, end } = spanOf(source.text, place);
  const { line, column } = source.positionAt(offset);
  const length = Math.max(1, Math.min(end, source.lineEnd(line)) - offset);
  const excerpt = excerptOf(source, line, column);
  return {
    severity,
    code,
    message,
    ...(help && { help }),
    file: source.fileName,
    line,
    column,
    length,
    ...(excerpt && { excerpt }),
  };
}

/** By place, and in the order given where the place is the same. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
