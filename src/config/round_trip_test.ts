/** XML -> YAML -> XML keeps what a configuration says, its comments and its order. */
import assert from "node:assert/strict";
import { CORPUS_CONFIGS, corpusTest } from "../testing/corpus.ts";
import { xmlFiles } from "../testing/files.ts";
import { type Config, formatDiagnostic, loadConfig, parseDocument, SourceText } from "./mod.ts";
import type { ChildNode, ConfigDocument } from "./node.ts";
import { writeXml } from "./write/xml.ts";
import { writeYaml } from "./write/yaml.ts";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);
const RULES = new URL("../../rules/", import.meta.url);

function parse(text: string, fileName: string): ConfigDocument {
  const { document, problems } = parseDocument(new SourceText(fileName, text));
  assert.deepEqual(problems, []);
  return document!;
}

const HARD_TEXTS = [
  ..." |\n| a|a |a\nb|\ta|#a|a #b|a: b|a:|-|- a|-a|--- a|'|\"|'\"|\\|C:\\x\\|[a]|{a}|a, b|&a|*a|!a"
    .split("|"),
  ..."|>|%a|@a|`a|?|? a|:|null|~|true|No|4.90|0x1F|1e3|1_000|12:30|2020-01-01|.5|=|<<|...|... a"
    .split("|"),
  ..."é|😀|\u00a0|\u2028|\ufeff|\u0085|\r|a;b|;|a;|a;;b".split("|"),
  "|",
  "x".repeat(300),
  "𝒳 ".repeat(60) + "x",
];

/** What counts: everything but the places. */
function meaning(bytes: Uint8Array, fileName: string): unknown {
  const { config, diagnostics } = loadConfig(bytes, fileName);
  assert.ok(config, diagnostics.map(formatDiagnostic).join("\n"));
  const { source: _source, ...said } = config satisfies Config;
  return JSON.parse(JSON.stringify(said, (key, value) => {
    if (/offset|end$/i.test(key)) return undefined;
    return value instanceof Map || value instanceof Set ? [...value] : value;
  }));
}

function comments({ before, root, after }: ConfigDocument): string[] {
  const found: string[] = [];
  const visit = (node: ChildNode) => {
    if (node.kind === "comment") {
      found.push(node.text.split("\n").map((line) => line.trimEnd()).join("\n").trimEnd());
    } else if (node.kind === "element") node.children.forEach(visit);
  };
  [...before, root, ...after].forEach(visit);
  return found;
}

/** Checks one XML file; false when it is not valid, so that there is nothing to keep. */
function checkRoundTrip(bytes: Uint8Array<ArrayBuffer>, path: string): boolean {
  const { config } = loadConfig(bytes, path);
  if (config === undefined) return false;
  const original = parse(config.source.text, path);
  const yaml = writeYaml(original);
  const fromYaml = parse(yaml, "it.yaml");
  assert.equal(writeYaml(fromYaml), yaml, `${path}: written again`);
  const xml = writeXml(fromYaml);
  const encode = (text: string) => new TextEncoder().encode(text);
  const expected = meaning(bytes, path);
  assert.deepEqual(meaning(encode(yaml), "it.yaml"), expected, `${path}: as YAML`);
  assert.deepEqual(meaning(encode(xml), "it.xml"), expected, `${path}: as XML again`);
  assert.deepEqual(comments(fromYaml).sort(), comments(original).sort(), `${path}: comments`);
  assert.deepEqual(comments(parse(xml, "it.xml")), comments(fromYaml), `${path}: comments as XML`);
  return true;
}

function checkAll(directory: URL): number {
  let count = 0;
  for (const { url, path } of xmlFiles(directory)) {
    if (checkRoundTrip(Deno.readFileSync(url), path)) count++;
  }
  return count;
}

Deno.test("round trip of our own configurations and fixtures", () => {
  assert.ok(checkAll(RULES) + checkAll(FIXTURES) > 3);
});

Deno.test("round trip of what is hard to write", () => {
  const escape = (text: string) =>
    text.replace(/[&<"\r\n\t\u0085]/g, (c) => `&#${c.codePointAt(0)};`);
  const fields = HARD_TEXTS.flatMap((value) => {
    const name = `name="${escape(value.slice(0, 80))}"`;
    const text = escape(value);
    return [
      `<Image>${text}</Image>`,
      `<Image condition="is" ${name}>x</Image>`,
      `<Image condition="contains any">${text}</Image>`,
      `<Image condition="" ${name}>${text}</Image>`,
      `<Image condition="Not End With">${text}</Image>`,
      `<Rule ${name} groupRelation="${text}"><User>${text};b</User></Rule>`,
    ];
  });
  const xml = `<Sysmon schemaversion=" 4.90 "><EventFiltering/><!-- a - b --><EventFiltering>
    <RuleGroup groupRelation="or" name=""><!----><ProcessCreate onmatch="include"><!--
      many
        lines --> <!--a--><!--b--> <!--c-->
    ${
    fields.join("\n")
  }<Image>in<!-- a value -->side</Image></ProcessCreate><!-- trailing --></RuleGroup>
    <FileCreate default="include"/></EventFiltering></Sysmon><!-- end -->\n<!-- of file -->`;
  const bytes = new TextEncoder().encode(xml);
  const { diagnostics } = loadConfig(bytes, "hard.xml");
  assert.ok(checkRoundTrip(bytes, "hard.xml"), diagnostics.map(formatDiagnostic).join("\n"));
});

corpusTest("round trip of the corpus", () => {
  const count = checkAll(CORPUS_CONFIGS);
  assert.ok(count > 400, `only ${count} files are valid`);
});
