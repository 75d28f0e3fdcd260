import assert from "node:assert/strict";
import { compileRules } from "../rules/mod.ts";
import { ADDITIONAL_FIELDS } from "../schema/additional.ts";
import { EVENTS } from "../schema/mod.ts";
import { eventFromFields } from "../sources/logs/from_fields.ts";
import { loadConfig, parseDocument } from "./mod.ts";
import { writeDocument } from "./write/text.ts";

const YAML = `schemaversion: 4.90
EventFiltering:
  - RuleGroup: and
    events:
      - FileDelete: include
        conditions:
          - ContainerRuntime: docker
          - TargetFilename: { begin with: /etc/ }
`;

function load(text: string, name: string) {
  return loadConfig(new TextEncoder().encode(text), name);
}

Deno.test("conditions on additional fields hold for events in containers alone", () => {
  const rules = compileRules(load(YAML, "rules.yaml").config!);
  const TargetFilename = "/etc/passwd";
  const inside = { TargetFilename, ContainerRuntime: "docker" };
  assert.equal(rules.evaluate(eventFromFields(23, inside)), "-");
  assert.equal(rules.evaluate(eventFromFields(23, { TargetFilename })), undefined);
});

Deno.test("XML cannot name additional fields, neither read nor written", () => {
  for (const { name } of ADDITIONAL_FIELDS) {
    const xml = `<Sysmon schemaversion="4.90"><EventFiltering><RuleGroup groupRelation="or">
      <FileDelete onmatch="include"><${name}>x</${name}></FileDelete>
      </RuleGroup></EventFiltering></Sysmon>`;
    const { config, diagnostics } = load(xml, "rules.xml");
    assert.equal(config, undefined);
    assert.deepEqual(diagnostics.map(({ code }) => code), ["MON211"]);
  }
  const { document } = parseDocument(load(YAML, "rules.yaml").config!.source);
  assert.throws(() => writeDocument(document!, "xml"), /ContainerRuntime has no place/);
  assert.ok(writeDocument(document!, "yaml").includes("ContainerRuntime: docker"));
});

Deno.test("an event without a process has no additional fields", () => {
  const yaml = YAML.replace("FileDelete", "DriverLoad").replace("TargetFilename", "ImageLoaded");
  const { diagnostics } = load(yaml, "rules.yaml");
  assert.deepEqual(diagnostics.map(({ code }) => code), ["MON041"]);
});

Deno.test("every field of an event has a bit of its own in the matcher", () => {
  for (const { fields, additional } of EVENTS) assert.ok(fields.length + additional.length <= 32);
});
