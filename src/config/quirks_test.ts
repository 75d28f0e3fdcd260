/** Which habits of Sysmon's evaluation are warned of when a configuration is loaded, and which not. */
import assert from "node:assert/strict";
import { loadConfig } from "./mod.ts";

/** Codes of the warnings for what stands in EventFiltering. */
function codes(xml: string, version = "4.90"): string[] {
  const text =
    `<Sysmon schemaversion="${version}"><EventFiltering>${xml}</EventFiltering></Sysmon>`;
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(text), "t.xml");
  assert.ok(config, JSON.stringify(diagnostics));
  return diagnostics.map(({ code }) => code);
}

function group(relation: string, xml: string): string {
  return `<RuleGroup groupRelation="${relation}">${xml}</RuleGroup>`;
}

function commandLine(condition: string, value: string): string {
  return group(
    "or",
    `<ProcessCreate onmatch="include"><CommandLine condition="${condition}">${value}</CommandLine>` +
      "</ProcessCreate>",
  );
}

const IMAGE = "<Image>a</Image>";

Deno.test("Q1: several elements of which none includes anything", () => {
  const exclude = `<ProcessCreate onmatch="exclude">${IMAGE}</ProcessCreate>`;
  const emptyExclude = '<ProcessCreate onmatch="exclude"/>';
  const include = `<ProcessCreate onmatch="include">${IMAGE}</ProcessCreate>`;
  const emptyInclude = '<ProcessCreate onmatch="include"/>';
  assert.deepEqual(codes(group("or", exclude + exclude)), ["MON101"]);
  assert.deepEqual(codes(group("or", emptyExclude + emptyExclude)), ["MON101"]);
  assert.deepEqual(codes(group("or", emptyInclude + exclude)), ["MON101"]);
  assert.deepEqual(codes(group("or", exclude + include)), []);
  assert.deepEqual(codes(group("or", emptyInclude + emptyInclude)), []);
  assert.deepEqual(
    codes(group("or", exclude + exclude.replaceAll("ProcessCreate", "FileCreate"))),
    [],
  );
});

Deno.test("Q5: empty items where they change what a list says", () => {
  for (
    const [operator, value] of [
      ["contains any", "a;"],
      ["excludes any", "a;b;"],
      ["contains any", ";a"],
      ["contains all", "a;;b"],
      ["excludes all", ";a"],
      ["contains any", ";"],
    ]
  ) assert.deepEqual(codes(commandLine(operator, value)), ["MON105"], `${operator} ${value}`);
  for (
    const [operator, value] of [
      ["contains all", "a;b;"],
      ["excludes all", "a;b;"],
      ["is any", "a;;b;"],
      ["contains", "a;"],
      ["contains any", "a;b"],
    ]
  ) assert.deepEqual(codes(commandLine(operator, value)), [], `${operator} ${value}`);
});

Deno.test("Q6: numbers under less than and more than", () => {
  for (const value of ["80", " 80", "0x50"]) {
    assert.deepEqual(codes(commandLine("less than", value)), ["MON106"], value);
  }
  assert.deepEqual(codes(commandLine("more than", "m")), []);
  assert.deepEqual(codes(commandLine("begin with", "80")), []);
});

Deno.test("Q8: a Rule that does not say how it combines", () => {
  const element = (rule: string) =>
    group("or", `<ProcessCreate onmatch="include">${rule}</ProcessCreate>`);
  assert.deepEqual(codes(element(`<Rule>${IMAGE}<User>b</User></Rule>`)), ["MON108"]);
  assert.deepEqual(codes(element(`<Rule>${IMAGE}</Rule>`)), []);
  assert.deepEqual(codes(element(`<Rule groupRelation="or">${IMAGE}<User>b</User></Rule>`)), []);
});

Deno.test("Q9: negative conditions that are alternatives", () => {
  const not = (value: string) => `<Image condition="is not">${value}</Image>`;
  const element = (relation: string, xml: string) =>
    group(relation, `<ProcessCreate onmatch="include">${xml}</ProcessCreate>`);
  assert.deepEqual(codes(element("and", not("a") + not("b"))), ["MON109"]);
  assert.deepEqual(codes(element("and", not("a") + "<User>u</User>" + IMAGE)), ["MON109"]);
  assert.deepEqual(codes(element("and", not("a") + not("a"))), []);
  assert.deepEqual(codes(element("and", not("a") + "<User>u</User>")), []);
  const rule = `<Rule groupRelation="and">${not("a")}${not("b")}</Rule>`;
  assert.deepEqual(codes(element("and", rule)), []);
});

Deno.test("Q10: fields that not all events of a series have in the same place", () => {
  const registry = (relation: string, xml: string) =>
    group(relation, `<RegistryEvent onmatch="include">${xml}</RegistryEvent>`);
  const user = '<User condition="contains">admin</User>';
  const details = '<Details condition="contains">calc</Details>';
  assert.deepEqual(codes(registry("or", user)), ["MON110"]);
  // Event 12 is missed although it has a User: the element is bound to 13.
  assert.deepEqual(codes(registry("or", details + user)), ["MON110"]);
  // It has no Details, so that nothing is missed where both must hold.
  assert.deepEqual(codes(registry("and", details + user)), []);
  const rule = `<Rule groupRelation="and">${details}${user}</Rule>`;
  assert.deepEqual(codes(registry("or", rule)), []);
  assert.deepEqual(codes(registry("or", rule.replace('"and"', '"or"'))), ["MON110"]);
  const name = '<Name condition="contains">Updater</Name>';
  assert.deepEqual(codes(group("or", `<WmiEvent onmatch="include">${name}</WmiEvent>`)), [
    "MON110",
  ]);
  const operation = "<Operation>Created</Operation>";
  assert.deepEqual(codes(group("or", `<WmiEvent onmatch="include">${operation}</WmiEvent>`)), []);
});

Deno.test("Q23: a schema version newer than any known", () => {
  assert.deepEqual(codes("", "4.92"), ["MON023"]);
  assert.deepEqual(codes("", "4.91"), []);
});

Deno.test("Q28: elements outside of a RuleGroup with several fields", () => {
  const element = (xml: string) => `<ProcessCreate onmatch="include">${xml}</ProcessCreate>`;
  const two = `${IMAGE}<CommandLine>b</CommandLine>`;
  assert.deepEqual(codes(element(two)), ["MON111"]);
  assert.deepEqual(codes(element(IMAGE + "<Image>b</Image>")), []);
  assert.deepEqual(codes(element(two), "4.10"), []);
  assert.deepEqual(codes(group("and", element(two))), []);
});
