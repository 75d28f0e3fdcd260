/** Diagnostics for people: the line, what stands there, a run of carets below it, what to do. */
import { eastAsianWidth } from "get-east-asian-width";
import { type Diagnostic, escapeUnprintable, formatDiagnostic } from "../config/diagnostics.ts";
import type { Excerpt } from "../config/place.ts";

/** How a report looks. */
export interface TextOptions {
  /** Use colours (ANSI SGR sequences). */
  readonly color?: boolean;
  /** Terminal columns that a source line may take, without the gutter; 100 when not given. */
  readonly width?: number;
}

const DEFAULT_WIDTH = 100;
/** The part of the window before a place that is further right than half of it. */
const SHOWN_BEFORE = 0.4;
const TAB = "    ";

const RESET = "\x1b[0m";
const BOLD = "\x1b[1m";
const DIM = "\x1b[2m";
const COLORS = {
  error: "\x1b[1;31m",
  warning: "\x1b[1;33m",
  note: "\x1b[1;34m",
  help: "\x1b[1;36m",
} as const;

/**
 * The first line is that of {@link formatDiagnostic}. Behind it, where the file's text is known:
 *
 * ```
 *  12 |   <Image condition="begins with">/tmp/</Image>
 *     |                     ^^^^^^^^^^^
 *   help: did you mean `begin with`?
 * ```
 *
 * Nothing of the file reaches the terminal unescaped, and carets stand below what is shown.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: TextOptions = {}): string {
  const { severity, excerpt, help } = diagnostic;
  const paint = options.color
    ? (color: string, text: string) => `${color}${text}${RESET}`
    : (_color: string, text: string) => text;
  const lines = [options.color ? coloredHeadline(diagnostic) : formatDiagnostic(diagnostic)];
  if (excerpt !== undefined) {
    const number = String(diagnostic.line).padStart(3);
    const { source, blanks, carets } = pointAt(diagnostic, excerpt, options.width ?? DEFAULT_WIDTH);
    lines.push(paint(DIM, `${number} |`) + (source === "" ? "" : ` ${source}`));
    lines.push(
      `${paint(DIM, `${" ".repeat(number.length)} |`)} ${blanks}${paint(COLORS[severity], carets)}`,
    );
  }
  if (help !== undefined) lines.push(`  ${paint(COLORS.help, "help")}: ${help}`);
  return lines.join("\n");
}

function coloredHeadline(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, code } = diagnostic;
  return `${BOLD}${escapeUnprintable(file)}:${line}:${column}:${RESET} ` +
    `${COLORS[severity]}${severity}:${RESET} ${BOLD}${message}${RESET} ${DIM}[${code}]${RESET}`;
}

/** One character of the file as it is shown. */
interface Cell {
  readonly shown: string;
  readonly width: number;
}

function pointAt({ column, length }: Diagnostic, excerpt: Excerpt, width: number) {
  const before = cellsOf(excerpt.text.slice(0, column - excerpt.column));
  const marked = cellsOf(excerpt.text.slice(column - excerpt.column).slice(0, length));
  const after = cellsOf(excerpt.text.slice(column - excerpt.column + length));
  const rest = [...marked, ...after];
  const needed = widthOf(before) + widthOf(rest);
  const isWhole = excerpt.column === 1 && !excerpt.cut && needed <= width;
  const left = isWhole
    ? before
    : cutLeft(before, widthOf(before) < width / 2 ? width : Math.floor(width * SHOWN_BEFORE));
  const isCutLeft = excerpt.column > 1 || left.length < before.length;
  const right = isWhole ? rest : cutRight(rest, width - widthOf(left));
  const isCutRight = excerpt.cut || right.length < rest.length;
  const lead = isCutLeft ? "…" : "";
  const shownMarks = right.slice(0, marked.length);
  return {
    source:
      (lead + [...left, ...right].map(({ shown }) => shown).join("") + (isCutRight ? "…" : ""))
        .trimEnd(),
    blanks: " ".repeat(lead.length + widthOf(left)),
    carets: "^".repeat(Math.max(1, widthOf(shownMarks))),
  };
}

function cellsOf(text: string): Cell[] {
  return Array.from(text, (character) => {
    if (character >= " " && character <= "~") return { shown: character, width: 1 };
    if (character === "\t") return { shown: TAB, width: TAB.length };
    const shown = escapeUnprintable(character);
    if (shown !== character) return { shown, width: shown.length };
    if (/^\p{M}$/u.test(character)) return { shown, width: 0 };
    return { shown, width: eastAsianWidth(character.codePointAt(0)!) };
  });
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** The last cells that fit. */
function cutLeft(cells: readonly Cell[], width: number): Cell[] {
  return cutRight(cells.toReversed(), width).reverse();
}

/** The first cells that fit. */
function cutRight(cells: readonly Cell[], width: number): Cell[] {
  let used = 0;
  const end = cells.findIndex((cell) => (used += cell.width) > width);
  return end === -1 ? [...cells] : cells.slice(0, end);
}
