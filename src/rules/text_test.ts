import assert from "node:assert/strict";
import { compareFolded, fieldText, foldAscii, isPath, lastPart, ownCopy } from "./text.ts";

Deno.test("only A-Z is folded", () => {
  assert.equal(foldAscii("/usr/BIN/Ls"), "/usr/bin/ls");
  assert.equal(foldAscii("É\u212a\u0130Z"), "É\u212a\u0130z");
  assert.equal(foldAscii("[@`{"), "[@`{");
  assert.equal(foldAscii("😀A"), "😀a");
});

Deno.test("a copy is the same text whatever it holds", () => {
  for (const text of ['a"\\\n\u0001É', "x\ud800y", "\u2028", ""]) assert.equal(ownCopy(text), text);
});

Deno.test("order is by code unit with letters as upper case", () => {
  assert.ok(compareFolded("a", "_") < 0);
  assert.ok(compareFolded("z", "[") < 0);
  assert.ok(compareFolded("1", "a") < 0);
  assert.ok(compareFolded("a", "ab") < 0);
  assert.equal(compareFolded("ab", "ab"), 0);
  assert.ok(compareFolded("b", "ab") > 0);
});

Deno.test("values become text", () => {
  assert.equal(fieldText(0), "0");
  assert.equal(fieldText(4294967295), "4294967295");
  assert.equal(fieldText(true), "true");
  assert.equal(fieldText(""), "-");
  assert.equal(fieldText(undefined), "-");
});

Deno.test("paths are cut behind the last separator", () => {
  assert.equal(lastPart("/bin/ls", "/"), "ls");
  assert.equal(lastPart("/bin/ls", "\\"), "/bin/ls");
  assert.equal(lastPart("c:\\a/b\\c", "/"), "c");
  assert.equal(lastPart("c:\\a\\b/c", "/"), "c");
  assert.equal(lastPart("c:\\a\\b/c", "\\"), "b/c");
  assert.equal(lastPart("ls", "/"), "ls");
  assert.equal(lastPart("/bin/", "/"), "");
  assert.ok(isPath("/bin/ls", "/"));
  assert.ok(!isPath("/bin/ls", "\\"));
});
