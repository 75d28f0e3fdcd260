/** `monomi test`: does a configuration log what its tests say? */
import { resolve } from "node:path";
import { diagnosticAt } from "../config/diagnostics.ts";
import { type Config, escapeUnprintable } from "../config/mod.ts";
import { jsonText } from "../output/json.ts";
import {
  caseLines,
  configurationOf,
  countCases,
  coverageLines,
  type CoveredConfiguration,
  fileHeading,
  type FileResult,
  findTestFiles,
  formatPercent,
  type LogReader,
  LogUnreadable,
  MAX_TEST_FILE_SIZE,
  NoTestFile,
  percent,
  readTestFile,
  relativeTo,
  resultsToJson,
  resultsToJunit,
  RuleCoverage,
  runCases,
  summaryLine,
  type TestFile,
  type TextOptions,
} from "../ruletest/mod.ts";
import { EventLogError, isEvent, readEventLog } from "../sources/logs/mod.ts";
import type { Native } from "../sources/native.ts";
import { wantsColor } from "../output/color.ts";
import type { Command } from "./command.ts";
import { readConfiguration, readFailure } from "./configuration.ts";
import { describeProblem } from "./log_problems.ts";
import { nativeForLogs } from "./native_for_logs.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { PolicyError } from "./policy.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

interface Options {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly junit: string | undefined;
  readonly coverage: boolean;
  readonly minCoverage: number | undefined;
  readonly filter: string | undefined;
  readonly text: TextOptions;
}

/** A test file and the configuration that it is about. */
interface Suite {
  readonly path: string;
  readonly file: TestFile;
  readonly config: Config;
}

async function testRules(args: string[], load: () => Native): Promise<number> {
  const options = readOptions(args);
  const { suites, invalid } = await readSuites(options.paths);
  const native = await nativeForLogs(logPaths(suites), load);
  if (!needsOutOfReach(suites)) dropPermissions();
  const begin = performance.now();
  const results: FileResult[] = [];
  const coverages = new Map<Config, RuleCoverage>();
  for (const suite of suites) results.push(await runSuite(suite, options, coverages, native));
  const milliseconds = performance.now() - begin;
  const covered = [...coverages].map(([config, coverage]) => ({
    config,
    report: coverage.report(),
  }));
  const report = options.coverage ? covered : undefined;
  if (options.junit !== undefined) {
    writeReport(options.junit, resultsToJunit(results, milliseconds));
  }
  if (options.json) console.log(jsonText(resultsToJson(results, report)));
  else if (results.length > 0) printSummary(results, report, milliseconds, options.text);
  const counts = countCases(results);
  if (counts.passed + counts.failed + counts.error === 0 && !invalid) {
    console.error("monomi test: no test has this text in its name");
    return Exit.NO;
  }
  const tooLittle = tellTooLittle(covered, options.minCoverage);
  if (counts.error > 0) return Exit.COULD_NOT_RUN;
  return invalid || counts.failed > 0 || tooLittle ? Exit.NO : Exit.OK;
}

function readOptions(args: string[]): Options {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      junit: { type: "string" },
      coverage: { type: "boolean" },
      "min-coverage": { type: "string" },
      filter: { type: "string" },
      quiet: { type: "boolean", short: "q" },
    },
  });
  const minimum = values["min-coverage"];
  if (minimum !== undefined && !(/^\d{1,3}(\.\d+)?$/.test(minimum) && Number(minimum) <= 100)) {
    throw new UsageError("--min-coverage takes a number from 0 to 100");
  }
  return {
    paths: positionals.length > 0 ? positionals : ["."],
    json: values.json ?? false,
    junit: values.junit,
    coverage: values.coverage ?? minimum !== undefined,
    minCoverage: minimum === undefined ? undefined : Number(minimum),
    filter: values.filter?.toLowerCase(),
    text: { color: wantsColor(), quiet: values.quiet },
  };
}

/** Reads every test file and its configuration; what is invalid is told and left out. */
async function readSuites(paths: readonly string[]) {
  const suites: Suite[] = [];
  const configs = new Map<string, Config>();
  let invalid = false;
  for (const path of new Set(paths.flatMap(testFilesIn))) {
    const { file, diagnostics } = readTestFile(await readBounded(path), path);
    printDiagnostics(diagnostics);
    if (file === undefined) {
      invalid = true;
      continue;
    }
    const configuration = configurationOf(path, file.configuration?.text);
    if (configuration === undefined) {
      const message = "there is no configuration of this name beside the file";
      const help = "name one with configuration: FILE";
      printDiagnostics([diagnosticAt(file.source, 0, "error", "MON310", message, help)]);
      invalid = true;
      continue;
    }
    const config = configs.get(resolve(configuration)) ?? await readConfiguration(configuration);
    configs.set(resolve(configuration), config);
    suites.push({ path, file, config });
  }
  return { suites, invalid };
}

function testFilesIn(path: string): string[] {
  try {
    return findTestFiles(path);
  } catch (error) {
    if (error instanceof NoTestFile) throw new PolicyError(error.message, Exit.COULD_NOT_RUN);
    throw new PolicyError(`cannot read ${path}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
}

/** The bytes of a file, and one more than is allowed where there are more. */
async function readBounded(path: string): Promise<Uint8Array> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(MAX_TEST_FILE_SIZE + 1);
    let length = 0;
    while (length < bytes.length) {
      const count = await file.read(bytes.subarray(length));
      if (count === null) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw new PolicyError(`cannot read ${path}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
}

function* logPaths(suites: readonly Suite[]): Generator<string> {
  for (const { path, file } of suites) {
    for (const { given } of file.cases) {
      if (given.kind === "logs") yield* given.logs.map(({ text }) => relativeTo(path, text));
    }
  }
}

function needsOutOfReach(suites: readonly Suite[]): boolean {
  return logPaths(suites).some((path) => isOutOfReach(resolve(path)));
}

async function runSuite(
  { path, file, config }: Suite,
  options: Options,
  coverages: Map<Config, RuleCoverage>,
  native: Native | undefined,
): Promise<FileResult> {
  const { filter } = options;
  const cases = file.cases.filter(({ name }) =>
    filter === undefined || name.toLowerCase().includes(filter)
  );
  if (options.coverage && !coverages.has(config)) coverages.set(config, new RuleCoverage(config));
  const context = { config, logs: logReader(path, native), coverage: coverages.get(config) };
  const speaks = !options.json && cases.length > 0;
  let headed = false;
  const results = [];
  for await (const result of runCases(file, cases, context)) {
    results.push(result);
    if (!speaks) continue;
    const lines = caseLines(result, { source: file.source, config }, file.engines, options.text);
    if (lines.length === 0) continue;
    if (!headed) console.log(fileHeading(path, config.source.fileName, options.text));
    headed = true;
    console.log(lines.join("\n"));
  }
  if (headed) console.log("");
  const skipped = file.cases.length - cases.length;
  return { file: path, source: file.source, config, cases: results, skipped };
}

function logReader(testFile: string, native: Native | undefined): LogReader {
  return {
    async *events(named, onProblem) {
      const path = relativeTo(testFile, named);
      try {
        const log = await readEventLog(path, native && { native: () => native });
        for await (const item of log) {
          if (isEvent(item)) yield item;
          else onProblem(describeProblem(item));
        }
      } catch (error) {
        const reason = error instanceof EventLogError ? error.message : readFailure(error);
        throw new LogUnreadable(`cannot read ${escapeUnprintable(path)}: ${reason}`);
      }
    },
  };
}

function printSummary(
  results: readonly FileResult[],
  coverage: readonly CoveredConfiguration[] | undefined,
  milliseconds: number,
  options: TextOptions,
): void {
  for (const covered of coverage ?? []) {
    console.log(coverageLines(covered, options).join("\n") + "\n");
  }
  console.log(summaryLine(results, milliseconds, options));
}

function tellTooLittle(
  coverage: readonly CoveredConfiguration[],
  minimum: number | undefined,
): boolean {
  if (minimum === undefined) return false;
  const below = coverage.filter(({ report }) => percent(report.all) < minimum);
  for (const { config, report } of below) {
    console.error(
      `monomi test: coverage of ${escapeUnprintable(config.source.fileName)} is ` +
        `${formatPercent(report.all)}, less than ${minimum} %`,
    );
  }
  return below.length > 0;
}

function writeReport(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    throw new PolicyError(`cannot write ${path}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
}

/** The command. */
export const test: Command = {
  name: "test",
  group: "configurations",
  summary: "run the tests of configurations",
  help: `usage: monomi test [OPTION]… [FILE|FOLDER]…

Runs rule tests: files that say which events a configuration must log or drop, and under which
RuleName. A folder (. when none is given) stands for every NAME.tests.yaml in it and below, a
configuration for the tests beside it.

  --filter TEXT     only tests whose name contains TEXT
  --coverage        also list what no test ever matched
  --min-coverage N  fail when the tests match less than N percent of a configuration
  --junit FILE      also write the results as JUnit XML
  -q, --quiet       leave out tests that passed
  --json            one JSON object on standard output

exit codes: 0 all tests passed, 1 one failed or a configuration is invalid, 2 wrong usage, 3 a file
could not be read or written`,
  run: testRules,
};
