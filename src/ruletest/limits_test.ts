/** Test files that are too large are refused with a place. */
import assert from "node:assert/strict";
import { MAX_TEST_FILE_SIZE, readTestFile } from "./read.ts";

Deno.test("MON302: a test file may have 2 MiB and no more", () => {
  const codes = (size: number) =>
    readTestFile(new Uint8Array(size).fill(0x20), "a.tests.yaml").diagnostics
      .map(({ line, column, code }) => `${line}:${column} ${code}`);
  assert.deepEqual(codes(MAX_TEST_FILE_SIZE + 1), ["1:1 MON302"]);
  assert.ok(!codes(MAX_TEST_FILE_SIZE).some((line) => line.endsWith("MON302")));
});
