import assert from "node:assert/strict";
import { describeBlocking } from "./blocking.ts";

const TAGS = ["FileBlockExecutable", "FileBlockShredding"];

Deno.test("rules that are enforced whole need no words", () => {
  assert.equal(describeBlocking({ tags: TAGS, leftOut: 0, reason: undefined }), undefined);
});

Deno.test("what is not denied although the rules say so is told", () => {
  assert.match(describeBlocking({ tags: TAGS, leftOut: 0, reason: "no BPF" })!, /nothing.*no BPF$/);
  assert.match(describeBlocking({ tags: TAGS, leftOut: 2, reason: undefined })!, /2 conditions/);
  assert.match(describeBlocking({ tags: [], leftOut: 1, reason: undefined })!, /1 condition /);
});
