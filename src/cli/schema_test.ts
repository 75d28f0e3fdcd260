import assert from "node:assert/strict";
import { monomi, type Run } from "./testing.ts";
import { parseXml, XmlElement } from "@rgrove/parse-xml";

function schema(...args: string[]): Promise<Run> {
  return monomi(["schema", ...args]);
}

function elements(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child): child is XmlElement =>
    child instanceof XmlElement && child.name === name
  );
}

Deno.test("one version is one manifest element", async () => {
  const { code, stdout } = await schema("4.81");
  assert.equal(code, 0);
  const manifest = parseXml(stdout).root!;
  assert.equal(manifest.name, "manifest");
  assert.equal(manifest.attributes.schemaversion, "4.81");
  const [events] = elements(manifest, "events");
  assert.equal(elements(events, "event").length, 27);
  const create = elements(events, "event").find((event) => event.attributes.value === "1")!;
  assert.deepEqual({ ...create.attributes }, {
    name: "SYSMONEVENT_CREATE_PROCESS",
    value: "1",
    level: "Informational",
    template: "Process Create",
    rulename: "ProcessCreate",
    ruledefault: "include",
    version: "5",
  });
  assert.deepEqual({ ...elements(create, "data")[3].attributes }, {
    name: "ProcessId",
    inType: "win:UInt32",
    outType: "win:PID",
  });
});

Deno.test("a version is found by value, not by its first letters", async () => {
  const versionOf = async (text: string) =>
    parseXml((await schema(text)).stdout).root!.attributes.schemaversion;
  assert.equal(await versionOf("4.8"), "4.80");
  assert.equal(await versionOf("4.20"), "4.2");
});

Deno.test("both meanings of 4.90 can be asked for", async () => {
  const [linux, windows] = await Promise.all([schema("linux-4.90"), schema("windows-4.90")]);
  assert.match(linux.stdout, /value="100"/);
  assert.doesNotMatch(linux.stdout, /value="29"/);
  assert.match(windows.stdout, /value="29"/);
  assert.doesNotMatch(windows.stdout, /value="100"/);
});

Deno.test("all prints every manifest once, newest first, as well-formed XML", async () => {
  const { stdout } = await schema("ALL");
  const versions = elements(parseXml(stdout).root!, "manifest")
    .map((manifest) => manifest.attributes.schemaversion);
  assert.equal(versions.length, 24);
  assert.deepEqual(versions.slice(0, 4), ["4.91", "4.90", "4.90", "4.82"]);
  assert.equal(versions.at(-1), "2.0");
});

Deno.test("--json prints the same as data", async () => {
  const { stdout } = await schema("--json", "4.1");
  const [version] = JSON.parse(stdout);
  assert.equal(version.schemaVersion, "4.1");
  assert.equal(version.operators.length, 9);
  assert.equal(version.events[0].id, 255);
});

Deno.test("an unknown version gives 1, wrong usage 2", async () => {
  const { code, stdout, stderr } = await schema("4.85");
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^There is no schema that matches that version\./);
  assert.equal((await schema("4.81", "4.90")).code, 2);
  assert.equal((await schema("--what")).code, 2);
});

Deno.test("every format is well-formed and knows the version", async () => {
  const [xsd, markdown, jsonSchema] = await Promise.all([
    schema("--xsd", "4.81"),
    schema("--markdown", "4.81"),
    schema("--json-schema"),
  ]);
  assert.equal(parseXml(xsd.stdout).root!.name, "xs:schema");
  assert.match(markdown.stdout, /^# Events, fields and operators\n\nSysmon's schema 4\.81\./);
  assert.equal(JSON.parse(jsonSchema.stdout).type, "object");
});

Deno.test("one format at a time", async () => {
  for (const args of [["--xsd", "--json"], ["--json-schema", "--xsd"], ["--json-schema", "4.81"]]) {
    const { code, stderr } = await schema(...args);
    assert.equal(code, 2);
    assert.match(stderr, /^monomi schema: /);
  }
});
