/** Damaged YAML never throws, what is refused has a reason with a place, what is read can be written. */
import assert from "node:assert/strict";
import { formatDiagnostic, loadConfig, parseDocument } from "../mod.ts";
import { writeYaml } from "../write/yaml.ts";

const ROUNDS = 4_000;
const FIXTURES = new URL("../../../fixtures/config/yaml/", import.meta.url);
const SEEDS = [
  "valid/every_form.yaml",
  "valid/long_form.yaml",
  "valid/json.yaml",
]
  .map((name) => Deno.readTextFileSync(new URL(name, FIXTURES)));
const PIECES = [
  ..."-?:,[]{}#&*!|>'\"%@`~\n\t \r\0",
  ..."\\ é\u{1f600}\ufeff\u2028\x1f\x02\x18".split(" "),
  "- ",
  ": ",
  "? ",
  " #",
  "---\n",
  "...\n",
  "&a ",
  "*a",
  "!!str ",
  "<<: ",
  "|2\n",
  ">-\n",
  "{ ",
  " }",
  "\n  ",
  "\n    ",
  "\n      ",
  "\\x",
  "\\ud800",
  "Rule: and\n",
  "RuleGroup: or",
  "conditions:\n",
  "events:\n",
  "name: ",
  "Image: ",
  "null",
  "Sysmon:\n  - ",
  "schemaversion: ",
];

function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

function damage(text: string, below: (limit: number) => number): string {
  const at = below(text.length);
  const until = Math.min(text.length, at + below(20));
  switch (below(5)) {
    case 0:
      return text.slice(0, at) + text.slice(until);
    case 1:
      return text.slice(0, until) + text.slice(at);
    case 2: {
      const lines = text.split("\n");
      const [line] = lines.splice(below(lines.length), 1);
      lines.splice(below(lines.length), 0, line);
      return lines.join("\n");
    }
    default:
      return text.slice(0, at) + PIECES[below(PIECES.length)] + text.slice(at);
  }
}

Deno.test("damaged YAML is read or refused, never thrown at", () => {
  const below = randomNumbers(3);
  let loaded = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let text = SEEDS[below(SEEDS.length)];
    for (let i = below(3); i >= 0; i--) text = damage(text, below);
    const bytes = new TextEncoder().encode(text);
    if (below(10) === 0) bytes[below(bytes.length)] = below(256);
    const { config, diagnostics } = loadConfig(bytes, "f.yaml", { permissive: round % 2 === 0 });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    assert.equal(config === undefined, errors.length > 0);
    const lines = text.split(/\r\n?|\n/);
    for (const diagnostic of diagnostics) {
      assert.ok(diagnostic.line >= 1 && diagnostic.line <= lines.length + 1);
      assert.ok(diagnostic.column >= 1);
      assert.doesNotMatch(formatDiagnostic(diagnostic), /[\p{Cc}\p{Cs}]/u);
    }
    if (config !== undefined && round % 2 === 1) {
      loaded++;
      const { document } = parseDocument(config.source);
      const again = loadConfig(new TextEncoder().encode(writeYaml(document!)), "again.yaml");
      assert.equal(again.config?.elements.length, config.elements.length, text);
    }
  }
  assert.ok(loaded > ROUNDS / 60 && loaded < ROUNDS / 2, `${loaded} of ${ROUNDS} loaded`);
});
