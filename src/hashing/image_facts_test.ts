import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventById } from "../schema/events.ts";
import { builtNative } from "../sources/testing.ts";
import { fillImageFacts, readImageFacts } from "./image_facts.ts";
import type { RequestPolicy } from "./request.ts";

const PROGRAM = fileURLToPath(new URL("../../fixtures/pe/versioned.exe", import.meta.url));
const POLICY: RequestPolicy = {
  algorithms: ["SHA256"],
  maxSize: 2 ** 20,
  budgetMs: 10_000,
  allowFuse: false,
};

const native = builtNative();
const describe = native.describe.bind(native);

Deno.test("a program's version strings, with its hashes; without a signature nothing is said of one", async () => {
  const facts = await readImageFacts(PROGRAM, POLICY, describe);
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(PROGRAM));
  assert.deepEqual(facts, {
    Hashes: `SHA256=${new Uint8Array(digest).toHex()}`,
    FileVersion: "1.2.3.4 (built here)",
    Description: "A program for tests",
    Product: "monomi",
    Company: "Müller & Söhne",
    OriginalFileName: "versioned.exe",
    Signed: "-",
    Signature: "-",
    SignatureStatus: "-",
  });
});

Deno.test("what is no PE file has hashes only; what cannot be read has a reason", async () => {
  const text = await readImageFacts(fileURLToPath(import.meta.url), POLICY, describe);
  assert.ok(!("unavailable" in text));
  assert.match(text.Hashes, /^SHA256=[0-9a-f]{64}$/);
  assert.deepEqual([text.FileVersion, text.Signed], ["-", "-"]);
  const gone = await readImageFacts("/nonexistent", POLICY, describe);
  assert.deepEqual(gone, { unavailable: "gone" });
  const large = await readImageFacts(PROGRAM, { ...POLICY, maxSize: 10 }, describe);
  assert.deepEqual(large, { unavailable: "too_large" });
});

Deno.test("fields that the event has and that hold nothing are filled", async () => {
  const facts = await readImageFacts(PROGRAM, POLICY, describe);
  assert.ok(!("unavailable" in facts));
  const definition = eventById(1)!;
  const at = (name: string) => definition.fieldIndex.get(name)!;
  const values = definition.fields.map(() => "-");
  values[at("Company")] = "known";
  fillImageFacts({ definition, values, time: 0, recordId: 0 }, facts);
  assert.equal(values[at("Company")], "known");
  assert.equal(values[at("OriginalFileName")], "versioned.exe");
  assert.equal(values[at("Hashes")], facts.Hashes);
});
