/** The reports for other programs. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { type Diagnostic, diagnosticAt } from "../config/diagnostics.ts";
import { SourceText } from "../config/source.ts";
import { type FileResult, renderGithub, renderJson, renderSarif, summaryOf } from "./mod.ts";

const ROOT = resolve("/repository");

function diagnostic(severity: Diagnostic["severity"], file: string, help?: string): Diagnostic {
  const source = new SourceText(file, `<a>\n  <b c="x, y: 50%"/>\n</a>`);
  return diagnosticAt(source, { offset: 12, end: 21 }, severity, "MON044", "no: 50%, no", help);
}

function result(file: string, ...diagnostics: Diagnostic[]): FileResult {
  const valid = diagnostics.every(({ severity }) => severity !== "error");
  return { file, valid, validated: valid, diagnostics };
}

const BAD = resolve(ROOT, "rules/a b,c.xml");
const RESULTS: readonly FileResult[] = [
  result(BAD, diagnostic("error", BAD, "did you mean `b`?"), diagnostic("warning", BAD)),
  result("<stdin>", diagnostic("note", "<stdin>")),
  { ...result(resolve("/elsewhere/no.xml")), valid: false, failure: "permission denied" },
];

Deno.test("the summary counts files and problems", () => {
  assert.equal(
    summaryOf(RESULTS),
    "3 files: 1 valid, 1 invalid, 1 not read; 1 error, 1 warning",
  );
});

Deno.test("JSON has no excerpt and no hidden character", () => {
  const text = renderJson([result("a\u202e\u009b\u{e0001}.xml", diagnostic("error", "a"))]);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  const [file] = JSON.parse(text).files;
  assert.equal(file.file, "a\u202e\u009b\u{e0001}.xml");
  assert.deepEqual(Object.keys(file.diagnostics[0]), [
    "severity",
    "code",
    "message",
    "file",
    "line",
    "column",
    "length",
  ]);
});

Deno.test("GitHub: one command a diagnostic, everything escaped", () => {
  assert.deepEqual(renderGithub(RESULTS, ROOT).split("\n"), [
    "::error file=rules/a b%2Cc.xml,line=2,endLine=2,col=9,endColumn=18," +
    "title=MON044%3A unknown condition::no: 50%25, no%0Ahelp: did you mean `b`?",
    "::warning file=rules/a b%2Cc.xml,line=2,endLine=2,col=9,endColumn=18," +
    "title=MON044%3A unknown condition::no: 50%25, no",
    "::notice file=<stdin>,line=2,endLine=2,col=9,endColumn=18," +
    "title=MON044%3A unknown condition::no: 50%25, no",
    `::error file=${
      resolve("/elsewhere/no.xml").replaceAll(":", "%3A")
    }::cannot be read: permission denied`,
  ]);
});

Deno.test("GitHub: a name cannot start a command of its own", () => {
  const text = renderGithub([{ ...result("a\n::set-env::b"), failure: "no" }], ROOT);
  assert.equal(text, "::error file=a%0A%3A%3Aset-env%3A%3Ab::cannot be read: no");
});

Deno.test("SARIF: one run with its rules, results with regions, relative URIs", () => {
  const log = JSON.parse(renderSarif(RESULTS, ROOT, "1.2.3"));
  assert.equal(log.version, "2.1.0");
  const [run] = log.runs;
  assert.equal(run.columnKind, "utf16CodeUnits");
  const { rules, ...driver } = run.tool.driver;
  assert.deepEqual(driver, { name: "monomi", version: "1.2.3" });
  assert.equal(rules.length, 1);
  assert.equal(rules[0].id, "MON044");
  assert.equal(rules[0].shortDescription.text, "unknown condition");
  assert.ok(rules[0].help.text.length > 20);
  assert.deepEqual(run.results[0], {
    ruleId: "MON044",
    ruleIndex: 0,
    level: "error",
    message: { text: "no: 50%, no\nhelp: did you mean `b`?" },
    locations: [{
      physicalLocation: {
        artifactLocation: { uri: "rules/a%20b%2Cc.xml", uriBaseId: "%SRCROOT%" },
        region: { startLine: 2, startColumn: 9, endLine: 2, endColumn: 18 },
      },
    }],
  });
  assert.deepEqual(
    run.results.map((r: { level: string }) => r.level),
    ["error", "warning", "note"],
  );
  assert.equal(
    run.results[2].locations[0].physicalLocation.artifactLocation.uri,
    "%3Cstdin%3E",
  );
  const [invocation] = run.invocations;
  assert.equal(invocation.executionSuccessful, false);
  const [notification] = invocation.toolExecutionNotifications;
  assert.equal(notification.message.text, "cannot be read: permission denied");
  assert.match(
    notification.locations[0].physicalLocation.artifactLocation.uri,
    /^file:\/\/\/.*elsewhere\/no\.xml$/,
  );
});

Deno.test("SARIF of nothing wrong is a run without results", () => {
  const [run] = JSON.parse(renderSarif([result("a.xml")], ROOT, "1.2.3")).runs;
  assert.deepEqual(run.results, []);
  assert.deepEqual(run.tool.driver.rules, []);
  assert.deepEqual(run.invocations, [{ executionSuccessful: true }]);
});
