import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Image } from "../events/event.ts";
import { eventById } from "../schema/events.ts";
import { builtNative } from "../sources/testing.ts";
import { fillImageFacts, ImageDescriber } from "./image_facts.ts";
import { NoProgram } from "./hasher.ts";

const PROGRAM = fileURLToPath(new URL("../../fixtures/pe/versioned.exe", import.meta.url));
const THIS = fileURLToPath(import.meta.url);
const OPTIONS = { algorithms: ["SHA256"], budgetMs: 10_000 } as const;
const NOTHING = {
  Hashes: "-",
  FileVersion: "-",
  Description: "-",
  Product: "-",
  Company: "-",
  OriginalFileName: "-",
  Signed: "-",
  Signature: "-",
  SignatureStatus: "-",
  Contents: "-",
  Hash: "-",
};

const native = builtNative();
const describer = new ImageDescriber(native.describe.bind(native), OPTIONS);

function image(path: string, mustBeProgram = false): Image {
  return {
    pid: 4,
    path,
    device: 1,
    inodeLow: 0,
    inodeHigh: 0,
    sizeLow: 0,
    sizeHigh: 0,
    mtimeLow: 0,
    mtimeHigh: 0,
    ctimeLow: 0,
    ctimeHigh: 0,
    mustBeProgram,
  };
}

async function facts(path: string) {
  const answer = await describer.hash(image(path));
  assert.ok(!(answer instanceof NoProgram));
  return answer;
}

Deno.test("a program's version strings, with its hashes; without a signature nothing is said of one", async () => {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(PROGRAM));
  assert.deepEqual(await facts(PROGRAM), {
    ...NOTHING,
    Hashes: `SHA256=${new Uint8Array(digest).toHex()}`,
    Hash: `SHA256=${new Uint8Array(digest).toHex()}`,
    FileVersion: "1.2.3.4 (built here)",
    Description: "A program for tests",
    Product: "monomi",
    Company: "Müller & Söhne",
    OriginalFileName: "versioned.exe",
  });
});

Deno.test("what is no PE file has hashes only; what cannot be read has a reason", async () => {
  const text = await facts(THIS);
  assert.match(text.Hashes, /^SHA256=[0-9a-f]{64}$/);
  assert.deepEqual({ ...text, Hashes: "-", Hash: "-" }, NOTHING);
  assert.deepEqual(await facts("/nonexistent"), NOTHING);
  assert.equal(describer.counters.unavailable.gone, 1);
});

Deno.test("what has to be a program is one, or is said to be none", async () => {
  const program = await describer.hash(image(PROGRAM, true));
  assert.ok(!(program instanceof NoProgram));
  assert.equal(program.Product, "monomi");
  assert.deepEqual(await describer.hash(image(THIS, true)), new NoProgram("not_program"));
});

Deno.test("the configuration's own hash is the hash alone", async () => {
  assert.match(await describer.hashFile(PROGRAM), /^SHA256=[0-9a-f]{64}$/);
  assert.equal(await describer.hashFile("/nonexistent"), "-");
});

Deno.test("fields that the event has and that hold nothing are filled", async () => {
  const known = await facts(PROGRAM);
  const definition = eventById(1)!;
  const at = (name: string) => definition.fieldIndex.get(name)!;
  const values = definition.fields.map(() => "-");
  values[at("Company")] = "known";
  fillImageFacts({ definition, values, time: 0, recordId: 0 }, known);
  assert.equal(values[at("Company")], "known");
  assert.equal(values[at("OriginalFileName")], "versioned.exe");
  assert.equal(values[at("Hashes")], known.Hashes);
});
