/** Diagnostics with a place: collecting them, quoting what they speak of, printing them. */
import type { Code } from "./codes.ts";
import type { SourceText } from "./source.ts";

/** One problem of a configuration file. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly code: Code;
  /** One line, without control characters. */
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

const QUOTED_LENGTH = 80;

// C0, DEL, C1, lone surrogates, and characters that reorder or hide what a terminal shows.
const UNPRINTABLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]/gu;

/** `text` with every character escaped (`\x1b`, `\u202e`) that could upset a terminal or a log. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = character.codePointAt(0)!;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
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
export const MAX_DIAGNOSTICS = 1000;

/** A message, or how to make it where that is costly and nobody may see it. */
export type Message = string | (() => string);

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

  error(code: Code, offset: number, message: Message): void {
    this.#add("error", code, offset, message);
  }

  warn(code: Code, offset: number, message: Message): void {
    this.#add("warning", code, offset, message);
  }

  /** An error where the file is validated, a warning (the caller skips) in the permissive profile. */
  refuse(code: Code, offset: number, message: Message): void {
    this.#add(this.#permissive ? "warning" : "error", code, offset, message);
  }

  /** All diagnostics by place, with a last line that tells how many more there were. */
  finish(): Diagnostic[] {
    const sorted = this.#kept.toSorted((a, b) => a.line - b.line || a.column - b.column);
    if (this.#suppressed > 0) {
      const last = sorted[sorted.length - 1];
      sorted.push({
        ...last,
        severity: this.#suppressedErrors > 0 ? "error" : "warning",
        code: "MON099",
        message: `${this.#suppressed} more problems are not shown`,
      });
    }
    return sorted;
  }

  #add(severity: Diagnostic["severity"], code: Code, offset: number, message: Message): void {
    if (severity === "error") this.#hasErrors = true;
    if (this.#kept.length >= MAX_DIAGNOSTICS) {
      this.#suppressed++;
      if (severity === "error") this.#suppressedErrors++;
      return;
    }
    const { line, column } = this.#source.positionAt(offset);
    this.#kept.push({
      severity,
      code,
      message: typeof message === "string" ? message : message(),
      file: this.#source.fileName,
      line,
      column,
    });
  }
}
