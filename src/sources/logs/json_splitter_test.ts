import assert from "node:assert/strict";
import { JsonSplitter } from "./json_splitter.ts";
import { MAX_EVENT_LENGTH, type Piece } from "./pieces.ts";

/** All pieces, the text given whole and, to the same result, character by character. */
function split(text: string): Piece[] {
  const whole = new JsonSplitter();
  const pieces = [...whole.push(text), ...whole.end()];
  if (text.length < 10_000) {
    const bitwise = new JsonSplitter();
    const again = Array.from(text).flatMap((bit) => bitwise.push(bit));
    assert.deepEqual([...again, ...bitwise.end()], pieces);
  }
  return pieces;
}

const summary = (text: string) =>
  split(text).map((piece) => `${piece.line}: ${"text" in piece ? piece.text : "!"}`);

Deno.test("objects one a line, over several lines, in arrays, side by side", () => {
  assert.deepEqual(summary('{"a":1}\n\n{"b":"}{\\""}\n'), ['1: {"a":1}', '3: {"b":"}{\\""}']);
  assert.deepEqual(summary('[\n {\n"a":[{"b":[]}]\n},\n{}]'), ['2: {\n"a":[{"b":[]}]\n}', "5: {}"]);
  assert.deepEqual(summary('{"a":1}{"b":2}'), ['1: {"a":1}', '1: {"b":2}']);
  assert.deepEqual(summary(" \n"), []);
});

Deno.test("a damaged line costs that line", () => {
  assert.deepEqual(summary('{"a":1}\n{"a":"x\n{"b":2}'), ['1: {"a":1}', "2: !", '3: {"b":2}']);
  assert.deepEqual(summary('{"a":{"b":1}\n{"b":2}'), ["1: !", '2: {"b":2}']);
  assert.deepEqual(summary('{"a":1,\n{"b":2}'), ["1: !", '2: {"b":2}']);
  assert.deepEqual(summary('{"a":1}\nrubbish\n{"b":2}'), ['1: {"a":1}', "2: !", '3: {"b":2}']);
  assert.deepEqual(summary('{"a":1]\n{"b":2}'), ["1: !", '2: {"b":2}']);
  assert.deepEqual(summary('{"b":2}\n{"a":1'), ['1: {"b":2}', "2: !"]);
});

Deno.test("prefixes of syslog are passed over, and lines of others too", () => {
  const log = 'Nov 22 h monomi: {"a":1}\nNov 22 h kernel: {x} up\nNov 22 h monomi: {"b":2}\n';
  assert.deepEqual(summary(log), ['1: {"a":1}', '3: {"b":2}']);
});

Deno.test("what is too long or too deep is reported, and reading goes on", () => {
  const long = `{"a":"${"x".repeat(MAX_EVENT_LENGTH)}"}\n{"b":2}\n`;
  assert.deepEqual(summary(long), ["1: !", '2: {"b":2}']);
  const endless = "x".repeat(3 * MAX_EVENT_LENGTH);
  assert.deepEqual(summary(`{}\n${endless}\n{"b":2}`), ["1: {}", "2: !", '3: {"b":2}']);
  assert.deepEqual(summary(`{"a":${"[".repeat(100_000)}\n{"b":2}`), ["1: !", '2: {"b":2}']);
});

Deno.test("lines that open and never close cost no more than their number", () => {
  const lines = 20_000;
  const started = performance.now();
  assert.equal(split('{"a":\n'.repeat(lines)).length, lines);
  assert.ok(performance.now() - started < 10_000);
});
