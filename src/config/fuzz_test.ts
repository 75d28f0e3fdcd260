/** Damaged configurations never throw, and what is refused has a reason with a place. */
import assert from "node:assert/strict";
import { compileRules } from "../rules/mod.ts";
import { formatDiagnostic, loadConfig } from "./mod.ts";

const ROUNDS = 4_000;
const FIXTURES = new URL("../../fixtures/config/", import.meta.url);
const SEEDS = [
  "valid/linux.xml",
  "valid/windows.xml",
  "valid/surprising.xml",
  "invalid/structure.xml",
]
  .map((name) => Deno.readFileSync(new URL(name, FIXTURES)));
const PIECES = [
  `"`,
  "'",
  "<",
  ">",
  "/>",
  "&",
  "&#0;",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?x",
  "\r",
  "\0",
  "é",
  "<Rule>",
  "</Rule>",
  "<Sysmon>",
  "=",
  "include",
  ";",
  "\ud800",
  "<!DOCTYPE",
]
  .map((piece) => new TextEncoder().encode(piece));

function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

function damage(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const at = below(bytes.length);
  const until = Math.min(bytes.length, at + below(20));
  switch (below(4)) {
    case 0:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(until)]);
    case 1:
      return Uint8Array.from([
        ...bytes.subarray(0, at),
        ...PIECES[below(PIECES.length)],
        ...bytes.subarray(at),
      ]);
    case 2:
      return bytes.map((byte, i) => i === at ? below(256) : byte);
    default:
      return Uint8Array.from([...bytes.subarray(0, until), ...bytes.subarray(at)]);
  }
}

Deno.test("damaged configurations are read or refused, never thrown at", () => {
  const below = randomNumbers(1);
  let loaded = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let bytes: Uint8Array = SEEDS[below(SEEDS.length)];
    for (let i = below(3); i >= 0; i--) bytes = damage(bytes, below);
    const permissive = round % 2 === 0;
    const { config, diagnostics } = loadConfig(bytes, "f.xml", { permissive });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    assert.equal(config === undefined, errors.length > 0);
    const lines = new TextDecoder().decode(bytes).split(/\r\n?|\n/);
    for (const diagnostic of diagnostics) {
      assert.ok(diagnostic.line >= 1 && diagnostic.line <= lines.length);
      assert.ok(diagnostic.column >= 1);
      assert.doesNotMatch(formatDiagnostic(diagnostic), /[\p{Cc}\p{Cs}]/u);
    }
    if (config !== undefined) {
      loaded++;
      compileRules(config);
    }
  }
  assert.ok(loaded > ROUNDS / 20 && loaded < ROUNDS, `${loaded} of ${ROUNDS} loaded`);
});
