/** Results as SARIF 2.1.0, the format of code scanning services. */
import { type Code, CODES } from "../config/codes.ts";
import type { Diagnostic } from "../config/diagnostics.ts";
import { jsonText } from "../output/json.ts";
import { uriOf } from "./location.ts";
import type { FileResult } from "./result.ts";

/** One SARIF log with one run; `root` is the folder of the repository, `version` the program's. */
export function renderSarif(results: readonly FileResult[], root: string, version: string): string {
  const diagnostics = results.flatMap((result) => result.diagnostics);
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "monomi", version, rules: codes.map(ruleOf) } },
      columnKind: "utf16CodeUnits",
      artifacts: results.map(({ file }) => ({ location: uriOf(file, root) })),
      invocations: [invocationOf(results, root)],
      results: results.flatMap(({ file, diagnostics }) =>
        diagnostics.map((diagnostic) => resultOf(diagnostic, file, root, codes))
      ),
    }],
  };
  return jsonText(log);
}

function ruleOf(code: Code) {
  const { title, remedy } = CODES[code];
  // Links lead to pages of docs/, which are not where the report is read.
  const markdown = remedy.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1");
  return {
    id: code,
    shortDescription: { text: title },
    help: { text: markdown.replaceAll("`", ""), markdown },
  };
}

function invocationOf(results: readonly FileResult[], root: string) {
  const failures = results.filter(({ failure }) => failure !== undefined);
  return {
    executionSuccessful: failures.length === 0,
    ...(failures.length > 0 && {
      toolExecutionNotifications: failures.map(({ file, failure }) => ({
        level: "error",
        message: { text: `cannot be read: ${failure}` },
        locations: [{ physicalLocation: { artifactLocation: uriOf(file, root) } }],
      })),
    }),
  };
}

function resultOf(
  diagnostic: Diagnostic,
  file: string,
  root: string,
  codes: readonly Code[],
) {
  const { severity, code, message, help, line, column, length } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [{
      physicalLocation: {
        artifactLocation: uriOf(file, root),
        region: { startLine: line, startColumn: column, endLine: line, endColumn: column + length },
      },
    }],
  };
}
