import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { monomi } from "../src/cli/testing.ts";
import { type Config, formatDiagnostic, loadConfig } from "../src/config/mod.ts";
import { compileRules, type RuleOptions } from "../src/rules/mod.ts";
import { readTestFile } from "../src/ruletest/mod.ts";
import { EVENTS } from "../src/schema/mod.ts";

const NAMES = ["linux", "minimal", "verbose", "windows"];

/** Shipped configurations must be clean: warnings, too, are told to whoever starts the sensor. */
function load(name: string): Config {
  const file = new URL(`${name}.xml`, import.meta.url);
  const { config, diagnostics } = loadConfig(Deno.readFileSync(file), `rules/${name}.xml`);
  deepStrictEqual(diagnostics.map(formatDiagnostic), []);
  return config!;
}

Deno.test("the rule tests pass and match every part of every configuration", async () => {
  const args = ["test", "--quiet", "--min-coverage", "100", "rules"];
  const { code, stdout, stderr } = await monomi(args);
  strictEqual(code, 0, `${stdout}\n${stderr}`);
});

/** Ways in which engines that read these files may differ; the answers must not. */
const ENGINES: readonly RuleOptions[] = [
  {},
  { compatibleRuleNames: true },
  { imageSeparator: "\\" },
  { compatibleRuleNames: true, imageSeparator: "\\" },
];

Deno.test("every engine gives the same answer to every event of the rule tests", () => {
  for (const name of NAMES) {
    const engines = ENGINES.map((options) => compileRules(load(name), options));
    const tests = Deno.readFileSync(new URL(`${name}.tests.yaml`, import.meta.url));
    const cases = readTestFile(tests, `rules/${name}.tests.yaml`).file!.cases;
    ok(cases.length > 10);
    for (const { name, given } of cases) {
      if (given.kind !== "event") continue;
      const [answer, ...others] = engines.map((engine) => engine.evaluate(given.event));
      for (const other of others) strictEqual(other, answer, name);
    }
  }
});

Deno.test("RuleNames are ATT&CK names, each technique under one name", () => {
  const names = new Map<string, string>();
  const elements = ["linux", "windows"].flatMap((name) => load(name).elements);
  const seen = elements.flatMap((element) => element.items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  ).flatMap(({ name }) => name === undefined || name === "-" ? [] : [name]);
  ok(seen.length > 100);
  for (const text of seen) {
    const match = /^technique_id=(T\d{4}(?:\.\d{3})?),technique_name=(\S.*\S)$/.exec(text);
    ok(match !== null, text);
    const [, id, name] = match;
    strictEqual(names.get(id) ?? name, name, id);
    names.set(id, name);
  }
});

Deno.test("minimal.xml asks for processes and their ends, and for nothing else", () => {
  const minimal = compileRules(load("minimal"));
  const wanted = EVENTS.filter(({ id, tag }) => tag !== null && minimal.wants(id));
  deepStrictEqual(wanted.map(({ id }) => id), [1, 5]);
});

Deno.test("verbose.xml asks for every event of schema 4.90 on Linux, deletions once", () => {
  const verbose = compileRules(load("verbose"));
  const unwanted = EVENTS.filter(({ id }) => !verbose.wants(id));
  deepStrictEqual(unwanted.map(({ id }) => id), [26, 27, 28, 29]);
});
