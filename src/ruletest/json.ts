/** Results for programs. */
import type { Config } from "../config/mod.ts";
import { type Part, percent, type Share } from "./coverage.ts";
import { countCases, type CoveredConfiguration, explain, type FileResult } from "./results.ts";
import { describePart } from "./text.ts";

/** The object that `monomi test --json` prints; docs/rule-tests.md describes it. */
export function resultsToJson(
  files: readonly FileResult[],
  coverage: readonly CoveredConfiguration[] | undefined,
) {
  return {
    ...countCases(files),
    files: files.map(({ file, source, config, cases }) => ({
      file,
      configuration: config.source.fileName,
      tests: cases.map(({ test, place, outcome, failures, problems, milliseconds }) => ({
        name: test.name,
        ...place,
        outcome,
        milliseconds: Math.round(milliseconds * 1000) / 1000,
        failures: failures.map((failure) => ({
          engines: failure.engines,
          ...source.positionAt(failure.expectation.offset),
          expected: failure.expected,
          got: failure.got,
          ...(failure.origin !== undefined && { event: failure.origin }),
          because: explain(config, failure).map(({ text, ...place }) => ({
            text: text.trimStart(),
            ...place,
          })),
        })),
        problems,
      })),
    })),
    ...(coverage && { coverage: coverage.map(coverageToJson) }),
  };
}

function coverageToJson({ config, report }: CoveredConfiguration) {
  return {
    configuration: config.source.fileName,
    ...shareToJson(report.all),
    elements: shareToJson(report.elements),
    rules: shareToJson(report.rules),
    conditions: shareToJson(report.conditions),
    uncovered: report.uncovered.map((part) => partToJson(config, part)),
  };
}

function shareToJson(share: Share) {
  return { ...share, percent: Math.floor(percent(share) * 100) / 100 };
}

function partToJson({ source }: Config, part: Part) {
  const { kind, tag, node } = part;
  return { kind, tag, ...source.positionAt(node.offset), text: describePart(part) };
}
