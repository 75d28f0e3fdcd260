/** Hostile YAML: a clean diagnostic, in time linear to its size, without deep recursion. */
import assert from "node:assert/strict";
import { loadConfig, parseDocument, SourceText } from "../mod.ts";
import { writeYaml } from "../write/yaml.ts";
import { MAX_YAML_DEPTH, MAX_YAML_LENGTH, MAX_YAML_TOKENS } from "./scan.ts";

const HEAD = `schemaversion: 4.90\nEventFiltering:\n  - FileCreate: include\n    conditions:\n`;
const NEARLY_ALL = MAX_YAML_LENGTH - 500;

const CASES: readonly [name: string, content: () => string, code?: string][] = [
  ["a file of 3 MB", () => "#".repeat(3_000_000), "MON204"],
  ["a comment of 2 MB", () => HEAD + "#" + "x".repeat(NEARLY_ALL)],
  ["a value of 2 MB", () => `${HEAD}      - User: ${"x".repeat(NEARLY_ALL)}`],
  [
    "a name of 2 MB",
    () => `${HEAD}      - User: a\n        name: ${"x".repeat(NEARLY_ALL)}`,
    "MON046",
  ],
  ["a key of 2 MB", () => `${HEAD}      - ${"x".repeat(NEARLY_ALL)}: a`, "MON201"],
  ["a folded value of lines", () => `${HEAD}      - User: >\n${"          x\n".repeat(1e5)}`],
  ["a quoted value of lines", () => `${HEAD}      - User: "${"\n          x".repeat(1e5)}"`],
  ["an unclosed quote", () => `${HEAD}      - User: "${"\n".repeat(NEARLY_ALL)}`, "MON201"],
  ["a million open brackets", () => `a: ${"[".repeat(1e6)}`, "MON203"],
  ["a million open braces", () => `a: ${"{".repeat(1e6)}`, "MON203"],
  ["a million dashes", () => "- ".repeat(1e6), "MON203"],
  ["a million question marks", () => "? ".repeat(1e6), "MON203"],
  ["one level too deep", () => "[".repeat(MAX_YAML_DEPTH), "MON203"],
  [
    "lists next to each other are not deep",
    () => `schemaversion: 4.90\na: [${"[],".repeat(1000)}]`,
    "MON030",
  ],
  ["commas without end", () => `a: [${",".repeat(NEARLY_ALL)}`, "MON204"],
  ["too many lines", () => "\n".repeat(MAX_YAML_TOKENS + 1) + HEAD, "MON204"],
  ["too many items", () => HEAD + "      - User: a\n".repeat(MAX_YAML_TOKENS / 5), "MON204"],
  ["many items", () => HEAD + "      - User: a\n".repeat(MAX_YAML_TOKENS / 12)],
  [
    "many keys of one map",
    () => Array.from({ length: 40_000 }, (_, i) => `k${i}: x\n`).join(""),
    "MON021",
  ],
  [
    "many keys of one item",
    () => `${HEAD}      - {${Array.from({ length: 70_000 }, (_, i) => `k${i}`).join(",")}}\n`,
    "MON206",
  ],
  ["many items of the long form", () => `Sysmon:\n${"- a:\n".repeat(40_000)}`, "MON021"],
  ["one key many times", () => "k: x\n".repeat(40_000), "MON207"],
  ["errors without end", () => `${HEAD}${"      - a\n".repeat(40_000)}`, "MON208"],
  ["a bomb of aliases", () => `a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n`, "MON202"],
  ["an alias to itself", () => `a: &a [*a]\n`, "MON202"],
  ["a merge key", () => `<<: { a: b }\n${HEAD}`, "MON030"],
  ["a type from elsewhere", () => `a: !!js/function x\n`, "MON202"],
  ["a NUL byte", () => `schemaversion: 4.90\0`, "MON205"],
  ["signs of the library's own", () => `a: \x1f\x02\x18`, "MON205"],
  ["byte order marks", () => "\ufeff".repeat(1000) + HEAD, "MON021"],
  ["prototype keys", () => `__proto__: { x: 1 }\nconstructor: y\n${HEAD}`, "MON030"],
];

for (const [name, content, code] of CASES) {
  Deno.test(`YAML limits: ${name}`, () => {
    const { config, diagnostics } = loadConfig(new TextEncoder().encode(content()), "big.yaml");
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(errors[0]?.code, code, errors[0]?.message.slice(0, 200));
    assert.equal(config !== undefined, code === undefined);
  });
}

Deno.test("YAML limits: a comment of many lines is written", () => {
  const xml = `<Sysmon schemaversion="4.90"><!--${"\n".repeat(1e6)}--></Sysmon>`;
  const { document } = parseDocument(new SourceText("big.xml", xml));
  assert.equal(writeYaml(document!).split("\n").length, 1e6 + 3);
});
