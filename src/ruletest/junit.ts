/** Results as JUnit XML, which CI services show. */
import { countCases, explain, type FileResult, place } from "./results.ts";
import type { CaseResult, Failure } from "./run.ts";

// What XML 1.0 has no way to write.
// deno-lint-ignore no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;

/** A whole document: one `testsuite` a file, one `testcase` a case. */
export function resultsToJunit(files: readonly FileResult[], milliseconds: number): string {
  const { passed, failed, error } = countCases(files);
  const attributes = {
    name: "monomi test",
    tests: passed + failed + error,
    failures: failed,
    errors: error,
    time: seconds(milliseconds),
  };
  const suites = files.map(suite).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<testsuites${write(attributes)}>\n${suites}</testsuites>\n`;
}

function suite(result: FileResult): string {
  const { passed, failed, error } = countCases([result]);
  const time = result.cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const attributes = {
    name: result.file,
    file: result.file,
    tests: passed + failed + error,
    failures: failed,
    errors: error,
    time: seconds(time),
  };
  const cases = result.cases.map((test) => testCase(test, result)).join("");
  return `  <testsuite${write(attributes)}>\n${cases}  </testsuite>\n`;
}

function testCase(result: CaseResult, file: FileResult): string {
  const attributes = {
    name: result.test.name,
    classname: file.file,
    file: file.file,
    line: result.place.line,
    time: seconds(result.milliseconds),
  };
  const open = `    <testcase${write(attributes)}`;
  switch (result.outcome) {
    case "passed":
      return `${open}/>\n`;
    case "error": {
      const problem = result.problems.join("\n");
      return `${open}>\n      <error${write({ message: problem })}/>\n    </testcase>\n`;
    }
    case "failed": {
      const failures = result.failures.map((failure) => failureElement(failure, file)).join("");
      return `${open}>\n${failures}    </testcase>\n`;
    }
  }
}

function failureElement(failure: Failure, { source, config }: FileResult): string {
  const { engines, expected, got, origin, expectation } = failure;
  const remarks = explain(config, failure).map(({ text, file, line, column }) =>
    file === undefined ? text : `${file}:${line}:${column}: ${text.trimStart()}`
  );
  const lines = [
    `${place(source, expectation.offset)}: as ${
      engines.join(", ")
    }: expected ${expected}, got ${got}`,
    ...(origin === undefined ? [] : [`event: ${origin}`]),
    ...remarks,
  ];
  const message = `expected ${expected}, got ${got}`;
  return `      <failure${write({ message, type: expectation.kind })}>${
    escape(lines.join("\n"))
  }</failure>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function write(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes).map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join("");
}

function escape(text: string): string {
  return text
    .replace(NOT_XML, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/[\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
