/** Results as workflow commands, which GitHub shows beside the lines of a change. */
import type { Diagnostic } from "../config/diagnostics.ts";
import { CODES } from "../config/codes.ts";
import { pathFromRoot } from "./location.ts";
import type { FileResult } from "./result.ts";

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

/** One line a diagnostic; `root` is the folder of the repository. Empty when all is well. */
export function renderGithub(results: readonly FileResult[], root: string): string {
  return results.flatMap(({ file, diagnostics, failure }) => {
    const path = pathFromRoot(file, root) ?? file;
    if (failure === undefined) return diagnostics.map((d) => annotation(path, d));
    return [`::error file=${property(path)}::${data(`cannot be read: ${failure}`)}`];
  }).join("\n");
}

function annotation(path: string, diagnostic: Diagnostic): string {
  const { severity, code, message, help, line, column, length } = diagnostic;
  const properties = [
    `file=${property(path)}`,
    `line=${line}`,
    `endLine=${line}`,
    `col=${column}`,
    `endColumn=${column + length}`,
    `title=${property(`${code}: ${CODES[code].title}`)}`,
  ];
  const text = help === undefined ? message : `${message}\nhelp: ${help}`;
  return `::${COMMANDS[severity]} ${properties.join(",")}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
