import assert from "node:assert/strict";
import { parseSchemaVersion } from "./schema_version.ts";

const READ: readonly [text: string, version: number, trailingText?: true][] = [
  ["4.90", 490],
  ["4.9", 490],
  ["4.1", 410],
  ["4.2", 420],
  ["4", 400],
  ["4.905", 491],
  [" \t4.81", 481],
  ["+4.5", 450],
  ["4.90abc", 490, true],
  ["4,90", 400, true],
  ["4.90 ", 490],
  ["1e1", 1000],
  ["0x4", 400],
  ["0x4.8", 450],
  ["0x1p2", 400],
  ["65535", 6553500],
];
for (const [text, version, trailingText = false] of READ) {
  Deno.test(`R3: '${text}' is ${version / 100}`, () => {
    assert.deepEqual(parseSchemaVersion(text), { version, trailingText });
  });
}

for (const text of ["", " ", "x", "-4.9", "0", "0.9", "65536", "1e9", "inf", "nan", ".", "v4.90"]) {
  Deno.test(`R2: '${text}' is no version`, () => {
    assert.equal(parseSchemaVersion(text), undefined);
  });
}
