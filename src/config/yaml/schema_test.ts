/** The JSON schema takes what the reader takes, and finds what a human writes wrong. */
import assert from "node:assert/strict";
import { Ajv, type ValidateFunction } from "ajv";
import { parse } from "yaml";
import { CORPUS_CONFIGS, corpusTest } from "../../testing/corpus.ts";
import { xmlFiles } from "../../testing/files.ts";
import { loadConfig, parseDocument } from "../mod.ts";
import { writeYaml } from "../write/yaml.ts";
import { yamlJsonSchema } from "./schema.ts";

const FIXTURES = new URL("../../../fixtures/config/", import.meta.url);
const RULES = new URL("../../../rules/", import.meta.url);

/** They write `Contains`, which Sysmon takes and the schema does not. */
const REFUSED = [
  "modular/23_file_delete/include_user_writable_folders.xml",
  "modular-with-filedelete.xml",
];

const validate: ValidateFunction = new Ajv({ strictTypes: false }).compile(
  yamlJsonSchema() as object,
);

/** `/path message` of all that the schema finds wrong. */
function problems(yaml: string): string[] {
  return validate(parse(yaml)) ? [] : validate.errors!.map((e) => `${e.instancePath} ${e.message}`);
}

function toYaml(xml: Uint8Array, fileName: string): string | undefined {
  const { config } = loadConfig(xml, fileName);
  if (config === undefined) return undefined;
  return writeYaml(parseDocument(config.source).document!);
}

Deno.test("the schema takes every valid fixture", () => {
  const directory = new URL("yaml/valid/", FIXTURES);
  for (const { name } of Deno.readDirSync(directory)) {
    if (!name.endsWith(".yaml")) continue;
    assert.deepEqual(problems(Deno.readTextFileSync(new URL(name, directory))), [], name);
  }
});

Deno.test("the schema takes our own configurations as YAML", () => {
  for (const { url, path } of xmlFiles(RULES)) {
    const yaml = toYaml(Deno.readFileSync(url), path);
    if (yaml !== undefined) assert.deepEqual(problems(yaml), [], path);
  }
});

Deno.test("the schema finds what the reader refuses", () => {
  const inFilters = (item: string) => `schemaversion: 4.90\nEventFiltering:\n  - ${item}\n`;
  const inConditions = (item: string) =>
    inFilters(`{ ProcessCreate: include, conditions: [${item}] }`);
  assert.deepEqual(problems(inConditions("{ Image: a, name: b }")), []);
  const wrong = [
    "EventFiltering: []",
    "schemaversion: 4.90\nschemaVersion: 4.90",
    "schemaversion: 4.90\nSysmon: []\nHashAlgorithms: md5",
    "schemaversion: 4.90\nEventFiltering: { ProcessCreate: include }",
    inFilters("ProcesCreate: include"),
    inFilters("ProcessCreate: includes"),
    inFilters("{ ProcessCreate: include, FileCreate: include }"),
    inFilters("{ ProcessCreate: include, name: a }"),
    inFilters("{ RuleGroup: or, conditions: [] }"),
    inFilters("{ RuleGroup: or, events: [{ RuleGroup: or }] }"),
    inFilters("{ onmatch: include }"),
    inConditions("{ Imag: a }"),
    inConditions("{ Image: a, User: b }"),
    inConditions("{ TargetFilename: a }"),
    inConditions("{ Image: { equals: a } }"),
    inConditions("{ Image: { is: a, is not: b } }"),
    inConditions("{ Image: { is: [a, b] } }"),
    inConditions("{ Image: { is any: [a, b;c] } }"),
    inConditions("{ Image: [a, b] }"),
    inConditions("{ Image: a, conditions: [] }"),
    inConditions("{ Rule: and, conditions: [{ Rule: or }] }"),
    inConditions("{ Rule: xor }"),
  ];
  for (const yaml of wrong) assert.notDeepEqual(problems(yaml), [], yaml);
});

corpusTest("the schema takes the corpus as YAML", () => {
  const refused: string[] = [];
  let count = 0;
  for (const { url, path } of xmlFiles(CORPUS_CONFIGS)) {
    const yaml = toYaml(Deno.readFileSync(url), path);
    if (yaml === undefined) continue;
    count++;
    if (problems(yaml).length > 0) refused.push(path);
  }
  assert.ok(count > 400);
  assert.deepEqual(refused, REFUSED);
});
