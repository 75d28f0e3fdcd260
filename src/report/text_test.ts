import assert from "node:assert/strict";
import { type Diagnostic, diagnosticAt } from "../config/diagnostics.ts";
import { SourceText } from "../config/source.ts";
import { renderDiagnostic, type TextOptions } from "./text.ts";

/** What is printed about the stretch between `«` and `»`, without its first line. */
function shown(marked: string, options: TextOptions = {}, help?: string): string[] {
  return renderDiagnostic(marker(marked, help), options).split("\n").slice(1);
}

function marker(marked: string, help?: string): Diagnostic {
  const offset = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const source = new SourceText("a.xml", marked.replace("«", "").replace("»", ""));
  return diagnosticAt(source, { offset, end }, "error", "MON044", "no", help);
}

Deno.test("the line, carets below the stretch, and help", () => {
  const text = renderDiagnostic(marker(`<a>\n  <b c="«begins with»"/>\n</a>`, "did you mean `b`?"));
  assert.equal(
    text,
    `a.xml:2:9: error: no [MON044]
  2 |   <b c="begins with"/>
    |         ^^^^^^^^^^^
  help: did you mean \`b\`?`,
  );
});

Deno.test("an empty stretch has one caret, also at the end of a line", () => {
  assert.deepEqual(shown(`<a b="«»"/>`), [`  1 | <a b=""/>`, `    |       ^`]);
  assert.deepEqual(shown(`<a«»`), [`  1 | <a`, `    |   ^`]);
});

Deno.test("a stretch over several lines ends with its first", () => {
  assert.deepEqual(shown("<a>«x\ny»</a>"), [`  1 | <a>x`, `    |    ^`]);
});

Deno.test("nothing is shown of an empty line", () => {
  assert.deepEqual(shown("«»"), []);
});

Deno.test("tabs become blanks above and below", () => {
  assert.deepEqual(shown("\t<«b\tc»/>"), [`  1 |     <b    c/>`, `    |      ^^^^^^`]);
});

Deno.test("control and bidi characters are escaped, and the carets know", () => {
  assert.deepEqual(shown("\x1b[31m\u202e«a\u009bb»c"), [
    String.raw`  1 | \x1b[31m\u202ea\x9bbc`,
    `    |               ^^^^^^`,
  ]);
});

Deno.test("wide, combining and paired characters take what a terminal gives them", () => {
  assert.deepEqual(shown("物見😀e\u0301«x»"), [`  1 | 物見😀e\u0301x`, `    |        ^`]);
  assert.deepEqual(shown("«物見»x"), [`  1 | 物見x`, `    | ^^^^`]);
});

Deno.test("a long line is shown around the place", () => {
  const [line, carets] = shown(`${"a".repeat(300)}«bbb»${"c".repeat(300)}`);
  assert.equal(line, `  1 | …${"a".repeat(40)}bbb${"c".repeat(57)}…`);
  assert.equal(carets, `    |  ${" ".repeat(40)}^^^`);
});

Deno.test("a long line with a place at its start is cut at the right only", () => {
  const [line, carets] = shown(`<«bbb» ${"c".repeat(300)}`);
  assert.equal(line, `  1 | <bbb ${"c".repeat(95)}…`);
  assert.equal(carets, `    |  ^^^`);
});

Deno.test("a stretch longer than the window fills it", () => {
  const [line, carets] = shown(`«${"b".repeat(9_000_000)}»`, { width: 20 });
  assert.equal(line, `  1 | ${"b".repeat(20)}…`);
  assert.equal(carets, `    | ${"^".repeat(20)}`);
});

Deno.test("colours wrap what is shown and nothing else", () => {
  const diagnostic = marker(`<a>«x»</a>`, "do");
  const colored = renderDiagnostic(diagnostic, { color: true });
  // deno-lint-ignore no-control-regex
  assert.equal(colored.replaceAll(/\x1b\[[\d;]*m/g, ""), renderDiagnostic(diagnostic));
  assert.ok(colored.includes("\x1b[1;31m^\x1b[0m"));
});

Deno.test("whatever stands in a file, three safe lines with the carets below something", () => {
  const pieces = ["a", "<", " ", "\t", "\x00", "\x1b[2J", "\u202e", "\ud800", "\udc00", "😀", "物"];
  const random = randomNumbers(20_241_122);
  for (let round = 0; round < 5000; round++) {
    const length = 1 + random(round % 50 === 0 ? 600 : 40);
    const line = Array.from({ length }, () => pieces[random(pieces.length)]).join("");
    const source = new SourceText("a\x1b.xml", `x\n${line}\ny`);
    const offset = 2 + random(line.length);
    const end = offset + random(line.length + 3);
    const width = 10 + random(90);
    const diagnostic = diagnosticAt(source, { offset, end }, "error", "MON044", "no");
    const lines = renderDiagnostic(diagnostic, { width }).split("\n");
    const what = JSON.stringify([line, offset, end, width]);
    assert.equal(lines.length, 3, what);
    assert.doesNotMatch(lines.join(""), /[\p{Cc}\p{Cf}\p{Cs}]/u, what);
    assert.match(lines[2], /^ {4}\| +\^+$/, what);
    assert.ok(displayWidth(lines[1]) <= width + 8 + LONGEST_ESCAPE, what);
    assert.ok(lines[2].indexOf("^") <= width + 8 + LONGEST_ESCAPE, what);
  }
});

/** One character that does not fit may still be shown whole. */
const LONGEST_ESCAPE = 6;

function displayWidth(text: string): number {
  return Array.from(text).reduce((sum, c) => sum + (/[😀物]/u.test(c) ? 2 : 1), 0);
}

/** Numbers below a limit, the same in every run. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}
