import assert from "node:assert/strict";
import { parseHashAlgorithms } from "./mod.ts";

const CASES: readonly [text: string, algorithms: string | null, unknown?: string][] = [
  ["md5", "MD5"],
  ["SHA256,MD5,SHA-1", "SHA1,MD5,SHA256"],
  ["imp-hash,IMPHASH,md-5,sha-256", "MD5,SHA256,IMPHASH"],
  ["*", "SHA1,MD5,SHA256,IMPHASH"],
  ["All", "SHA1,MD5,SHA256,IMPHASH"],
  ["md5,md5", "MD5"],
  ["", ""],
  [",md5", ""],
  ["md5,", "MD5"],
  ["md5, sha1", null, " sha1"],
  ["md5,,sha1", null, ""],
  ["sha512", null, "sha512"],
  ["md5,*", null, "*"],
];
for (const [text, algorithms, unknown] of CASES) {
  Deno.test(`HashAlgorithms '${text}'`, () => {
    const result = parseHashAlgorithms(text);
    assert.equal(result.algorithms ? [...result.algorithms].join() : null, algorithms);
    assert.equal(result.unknown, unknown);
  });
}
