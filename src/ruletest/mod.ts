/**
 * Rule tests: files that say which events a configuration must log, and under which RuleName.
 *
 * @example
 * ```ts
 * import { readTestFile, runCases } from "./mod.ts";
 * const { file } = readTestFile(await Deno.readFile("linux.tests.yaml"), "linux.tests.yaml");
 * for await (const result of runCases(file!, file!.cases, { config, logs })) {
 *   console.log(result.outcome, result.test.name);
 * }
 * ```
 */
export { percent, RuleCoverage } from "./coverage.ts";
export { configurationOf, findTestFiles, NoTestFile, relativeTo } from "./find.ts";
export { resultsToJson } from "./json.ts";
export { resultsToJunit } from "./junit.ts";
export type { TestCase, TestFile } from "./model.ts";
export { MAX_TEST_FILE_SIZE, readTestFile } from "./read.ts";
export { countCases, type CoveredConfiguration, type FileResult } from "./results.ts";
export { type LogReader, LogUnreadable, runCases } from "./run.ts";
export {
  caseLines,
  coverageLines,
  fileHeading,
  formatPercent,
  summaryLine,
  type TextOptions,
} from "./text.ts";
