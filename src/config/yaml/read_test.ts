/** What the YAML form means, beyond what fixtures/config/yaml and the round trip show. */
import assert from "node:assert/strict";
import { type Condition, type Config, formatDiagnostic, loadConfig } from "../mod.ts";
import { languageOf, parseDocument } from "../parse.ts";
import { SourceText } from "../source.ts";
import { writeXml } from "../write/xml.ts";
import { NotYamlError, writeYaml } from "../write/yaml.ts";
import { yamlScalar } from "../write/yaml_scalar.ts";
import { scanYaml } from "./scan.ts";
import { isScalar } from "yaml";

function load(yaml: string, fileName = "c.yaml"): Config {
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(yaml), fileName);
  assert.ok(config, diagnostics.map(formatDiagnostic).join("\n"));
  return config;
}

function conditions(yaml: string): Condition[] {
  const lines = yaml.trim().split("\n").map((line) => `      ${line}`).join("\n");
  const config = load(
    `schemaversion: 4.90\nEventFiltering:\n  - ProcessCreate: include\n    conditions:\n${lines}\n`,
  );
  return config.elements[0].items.filter((item) => item.kind === "condition");
}

function toXml(yaml: string): string {
  const { document, problems } = parseDocument(new SourceText("c.yaml", yaml));
  assert.deepEqual(problems, []);
  return writeXml(document!);
}

Deno.test("values are the text that is written, whatever YAML makes of it elsewhere", () => {
  const texts = "4.90 0x10 010 1_000 1e3 true No null ~ 2020-01-01 12:30:45 .inf 0o7 = << 1.0";
  for (const text of texts.split(" ")) {
    assert.equal(conditions(`- Image: ${text}`)[0].value, text);
    assert.equal(conditions(`- Image: { contains: ${text} }`)[0].value, text);
    assert.equal(conditions(`- Image: { is any: [${text}, ${text}] }`)[0].value, `${text};${text}`);
  }
});

Deno.test("schemaversion is not a number: 4.10 is not 4.1, and 4.90 is 4.9", () => {
  assert.equal(load("schemaversion: 4.10").schemaVersion, 410);
  assert.equal(load("schemaversion: 4.90").schemaVersion, 490);
  assert.equal(load("schemaversion: '4.9'").schemaVersion, 490);
});

Deno.test("blanks, line ends and empty values are kept", () => {
  const given = [
    ["- Image:", ""],
    ["- Image: ''", ""],
    ["- Image: ' a '", " a "],
    ["- Image: a b  # comment", "a b"],
    ['- Image: "a\\nb"', "a\nb"],
    ["- Image: |\n    a\n    b", "a\nb\n"],
    ["- Image: >-\n    a\n    b", "a b"],
    ["- Image: a\n    b", "a b"],
    ["- Image: C:\\new\\table", "C:\\new\\table"],
    ["- Image: 'C:\\x'''", "C:\\x'"],
  ];
  for (const [yaml, value] of given) assert.equal(conditions(yaml)[0].value, value, yaml);
});

Deno.test("a name that is empty hides the outer one, one that is not written does not", () => {
  const config = load(`schemaversion: 4.90
EventFiltering:
  - RuleGroup: or
    name: group
    events:
      - ProcessCreate: include
        conditions:
          - Image: a
          - Image: b
            name: ''
          - Image: c
            name:
          - Image: d
            name: own
`);
  const names = config.elements[0].items.map((item) => item.kind === "condition" && item.name);
  assert.deepEqual(names, ["group", "", "group", "own"]);
});

Deno.test("short and long forms say the same", () => {
  const short = `schemaversion: 4.90
EventFiltering:
  - RuleGroup: and
    events:
      - ProcessCreate: exclude
        conditions:
          - Rule: and
            conditions:
              - Image: { is any: [a, b] }
`;
  const long = `Sysmon:
  - EventFiltering:
      - events:
          - onmatch: exclude
            conditions:
              - conditions: [{ condition: is any, Image: "a;b" }]
                Rule:
                groupRelation: and
            ProcessCreate:
        groupRelation: and
        RuleGroup:
schemaversion: '4.90'
`;
  assert.equal(toXml(short), toXml(long));
});

Deno.test("diagnostics of the reader point into the YAML text", () => {
  const yaml = `schemaversion: 4.90
EventFiltering:
  - ProcessCreate: include
    conditions:
      - Image: { contanis: x }
      - { Imag: y }
`;
  const { diagnostics } = loadConfig(new TextEncoder().encode(yaml), "c.yaml");
  const places = diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, line, column, length }) => [code, line, column, length]);
  assert.deepEqual(places, [["MON044", 5, 18, 8], ["MON041", 6, 11, 4]]);
});

Deno.test("the language follows from the file's name, else from the content", () => {
  const given: [name: string, text: string, language: string][] = [
    ["a.yaml", "<Sysmon/>", "yaml"],
    ["a.YML", "", "yaml"],
    ["a.xml", "schemaversion: 4.90", "xml"],
    ["<stdin>", " \n<!-- schemaversion: 4.90\nschemaversion: 4.90 -->", "xml"],
    ["<stdin>", "# x\n\nschemaversion: 4.90", "yaml"],
    ["<stdin>", "---\nEventFiltering: []", "yaml"],
    ["a.conf", '{"schemaversion": 4.90}', "yaml"],
    ["a.conf", '"schemaversion": 4.90', "yaml"],
    ["a.conf", "hello <Sysmon/>", "xml"],
    ["a.conf", "", "xml"],
  ];
  for (const [name, text, language] of given) {
    assert.equal(languageOf(new SourceText(name, text)), language, `${name} ${text}`);
  }
});

Deno.test("UTF-16, a byte order mark and CRLF are read as in XML", () => {
  const yaml = "\ufeffschemaversion: 4.90\r\nEventFiltering:\r\n  - ProcessTerminate: include\r\n";
  const utf16 = new Uint8Array(yaml.length * 2);
  for (let i = 0; i < yaml.length; i++) {
    utf16.set([yaml.charCodeAt(i) & 0xff, yaml.charCodeAt(i) >> 8], i * 2);
  }
  for (const bytes of [utf16, new TextEncoder().encode(yaml)]) {
    assert.equal(loadConfig(bytes, "c.yaml").config?.elements.length, 1);
  }
});

Deno.test("scalars are written plain only where every reader takes them for the same text", () => {
  const plain = ["a", "C:\\x.exe", "-enc", "a b", "é", "127.0.0.1", "a:b", "x#y", "4.90 beta"];
  for (const text of plain) assert.equal(yamlScalar(text, "block"), text);
  for (const text of ["4.90", "true", "", " a", "a ", "a: b", "- a", "#a", "'", "2020-01-01"]) {
    assert.match(yamlScalar(text, "block"), /^'.*'$/);
  }
  assert.equal(yamlScalar("a,b", "block"), "a,b");
  assert.equal(yamlScalar("a,b", "flow"), "'a,b'");
  assert.equal(yamlScalar("\u202e\n\u00a0", "flow"), '"\\u202e\\n\\xa0"');
});

Deno.test("every scalar that is written is read as the same text", () => {
  const signs = [..."ab0 .-:#'\"\\,[]{}&*!|>%@`?~=\n\t<\u00a0😀"];
  let state = 7;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: below(6) }, () => signs[below(signs.length)]).join("");
    for (const [context, wrap] of [["block", (s: string) => s], ["flow", inBraces]] as const) {
      const yaml = `k: ${wrap(yamlScalar(text, context))}\n`;
      const { contents } = scanYaml(yaml) as { contents: { items: { value: unknown }[] } };
      let { value } = contents.items[0];
      if (context === "flow") value = (value as typeof contents).items[0].value;
      assert.ok(isScalar(value), yaml);
      assert.equal(value.value, text, yaml);
    }
  }
});

function inBraces(scalar: string): string {
  return `{ k: ${scalar} }`;
}

Deno.test("what only the permissive profile takes cannot be written as YAML", () => {
  for (
    const xml of [
      `<Sysmon schemaversion="4.90" x="y"/>`,
      `<Sysmon schemaversion="4.90"><EventFiltering>text</EventFiltering></Sysmon>`,
      `<Sysmon schemaversion="4.90"><HashAlgorithms>a<b/></HashAlgorithms></Sysmon>`,
    ]
  ) {
    const { document } = parseDocument(new SourceText("c.xml", xml));
    assert.throws(() => writeYaml(document!), NotYamlError);
  }
});

Deno.test("the configurations in docs/yaml.md are valid", () => {
  const page = Deno.readTextFileSync(new URL("../../../docs/yaml.md", import.meta.url));
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block);
  assert.ok(blocks.length >= 4);
  for (const block of blocks) load(block);
});
