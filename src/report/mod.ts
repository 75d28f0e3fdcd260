/** Reports of what checking files gave: for people, for programs, for code review. */
export { renderGithub } from "./github.ts";
export { diagnosticToJson, renderJson } from "./json.ts";
export { type FileResult, summaryOf } from "./result.ts";
export { renderSarif } from "./sarif.ts";
export { renderDiagnostic, type TextOptions } from "./text.ts";
