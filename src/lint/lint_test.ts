/** What the lint says and does not say; the minimal cases are in fixtures/diagnostics. */
import assert from "node:assert/strict";
import { type Config, type Diagnostic, loadConfig } from "../config/mod.ts";
import { lint, type LintOptions } from "./mod.ts";

function load(text: string, name = "t.xml"): Config {
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(text), name);
  assert.ok(config, JSON.stringify(diagnostics));
  return config;
}

function linted(xml: string, options: LintOptions = {}, entries = ""): Diagnostic[] {
  const filtering =
    `<EventFiltering><RuleGroup groupRelation="or">${xml}</RuleGroup></EventFiltering>`;
  return lint(load(`<Sysmon schemaversion="4.90">${entries}${filtering}</Sysmon>`), options);
}

function element(tag: string, xml: string, onmatch = "include"): string {
  return `<${tag} onmatch="${onmatch}">${xml}</${tag}>`;
}

function field(name: string, condition: string, value: string): string {
  return `<${name} condition="${condition}">${value}</${name}>`;
}

/** Codes for one condition. */
function codes(
  tag: string,
  name: string,
  condition: string,
  value: string,
  options: LintOptions = {},
  entries = "",
): string {
  return linted(element(tag, field(name, condition, value)), options, entries)
    .map(({ code }) => code).join();
}

Deno.test("operands that a field cannot hold", () => {
  const cases: readonly (readonly [string, string, string, string, string])[] = [
    ["NetworkConnect", "DestinationPort", "is any", "80;https", "MON114"],
    ["NetworkConnect", "DestinationPort", "is any", "80;443", ""],
    ["NetworkConnect", "DestinationPort", "is", "65536", "MON114"],
    ["NetworkConnect", "DestinationPort", "begin with", "80", ""],
    ["NetworkConnect", "DestinationPort", "is", "80,443", "MON114"],
    ["NetworkConnect", "Initiated", "is", "yes", "MON114"],
    ["NetworkConnect", "Initiated", "is", "True", ""],
    ["NetworkConnect", "Protocol", "is", "6", "MON114"],
    ["NetworkConnect", "DestinationIp", "begin with", "10.", ""],
    ["NetworkConnect", "DestinationIp", "begin with", "fe80:", ""],
    ["NetworkConnect", "DestinationIp", "begin with", "fe80::", "MON114"],
    ["NetworkConnect", "DestinationIp", "begin with", "fe80:0000:", "MON114"],
    ["NetworkConnect", "DestinationIp", "is", "10.0.0.0/8", "MON114"],
    ["NetworkConnect", "DestinationIp", "end with", ".255", ""],
    ["NetworkConnect", "DestinationIp", "is not", "-", ""],
    ["ProcessAccess", "GrantedAccess", "is", "0x0820", "MON114"],
    ["ProcessAccess", "GrantedAccess", "is", "1fffff", "MON114"],
    ["ProcessAccess", "GrantedAccess", "is", "0x1FFFFF", ""],
    ["ProcessAccess", "GrantedAccess", "contains", "fff", ""],
    ["ProcessCreate", "ParentProcessGuid", "is", "2424faa4-a3f4-616c-e1b4-2270fe550000", "MON114"],
    ["ProcessCreate", "ParentProcessGuid", "begin with", "{2424FAA4-", ""],
    ["ProcessCreate", "UtcTime", "begin with", "2026-01-31T", "MON114"],
    ["ProcessCreate", "UtcTime", "begin with", "2026-01-31 2", ""],
    ["RegistryEvent", "EventType", "is", "SetKey", "MON114"],
    ["RegistryEvent", "EventType", "is any", "setvalue;CreateKey", ""],
    ["PipeEvent", "EventType", "is", "SetValue", "MON114"],
    ["RegistryEvent", "TargetObject", "begin with", "HKEY_LOCAL_MACHINE\\Software", "MON123"],
    ["RegistryEvent", "TargetObject", "begin with", "\\REGISTRY\\A\\", ""],
    ["RegistryEvent", "TargetObject", "begin with", "HKCR\\", ""],
  ];
  for (const [tag, name, condition, value, expected] of cases) {
    assert.equal(codes(tag, name, condition, value), expected, `${name} ${condition} ${value}`);
  }
});

Deno.test("layout, lists and wildcards in operands", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["Image", "is", "/bin/ls ", "MON115"],
    ["Image", "begin with", "C:\\Program Files ", ""],
    ["Image", "contains all", " C:\\Users\\;.exe", "MON115"],
    ["CommandLine", "is", "ls ", ""],
    ["CommandLine", "contains any", "whoami; id", "MON115"],
    ["CommandLine", "contains any", " -e; -c", ""],
    ["CommandLine", "is", "\n    ls\n  ", "MON115"],
    ["CommandLine", "contains", "a; b", ""],
    ["CommandLine", "contains", "unload;detach", "MON118"],
    ["CommandLine", "contains", "$x=1;iex $x", ""],
    ["Image", "end with", "\\a.exe;\\b.exe", "MON118"],
    ["Image", "is any", "/bin/a,/bin/b", "MON118"],
    ["Image", "contains any", "/opt/a,b/", ""],
    ["CommandLine", "contains any", "a.exe,b.exe", ""],
    ["Image", "is", "C:\\Users\\*\\a.exe", "MON116"],
    ["Image", "is", "\\\\?\\C:\\Windows\\a.exe", ""],
    ["CommandLine", "contains", "\\??\\C:\\ *", ""],
    ["Image", "is", "cmd.exe", "MON122"],
    ["Image", "is not", "cmd.exe", "MON122"],
    ["Image", "is any", "C:\\a.exe;cmd.exe", "MON122"],
    ["Image", "is", "System", ""],
    ["OriginalFileName", "is", "cmd.exe", ""],
    ["Image", "image", "", "MON112"],
    ["Image", "is any", ";;", "MON112"],
    ["Image", "more than", "", "MON113"],
    ["User", "is not", "", "MON113"],
    ["CommandLine", "excludes all", "a", ""],
    ["CommandLine", "excludes all", "a;A;", ""],
  ];
  for (const [name, condition, value, expected] of cases) {
    const found = codes("ProcessCreate", name, condition, value);
    assert.equal(found, expected, `${name} ${condition} ${JSON.stringify(value)}`);
  }
});

Deno.test("hashes of algorithms that are computed, in the form in which they are written", () => {
  const md5 = "c7be0ce6bbd1b51a8e4d6c5f9b0b5a2d";
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["SHA256", "contains", md5, "MON121"],
    ["MD5,SHA256", "contains", md5, ""],
    ["IMPHASH", "contains", md5, ""],
    ["SHA256", "contains", `MD5=${md5}`, "MON121"],
    ["MD5", "is", `MD5=${md5}`, ""],
    ["MD5,SHA256", "is", `MD5=${md5}`, "MON121"],
    ["MD5,IMPHASH", "is", `MD5=${md5}`, ""],
    ["MD5", "is", md5, "MON121"],
    ["MD5,SHA1", "begin with", `MD5=${md5}`, ""],
    ["MD5,SHA1", "contains", `MD5=${md5},SHA1=`, "MON121"],
    ["MD5", "contains any", `MD5=${md5};SHA1=00`, "MON121"],
  ];
  for (const [algorithms, condition, value, expected] of cases) {
    const entries = `<HashAlgorithms>${algorithms}</HashAlgorithms>`;
    const found = codes("ProcessCreate", "Hashes", condition, value, {}, entries);
    assert.equal(found, expected, `${algorithms}: ${condition} ${value}`);
  }
  // Which algorithm a file without HashAlgorithms means depends on the program.
  assert.equal(codes("ProcessCreate", "Hashes", "contains", `MD5=${md5}`), "");
});

Deno.test("places are those of the text that is wrong", () => {
  const [item] = linted(
    element("NetworkConnect", field("DestinationPort", "is any", "80;https;1")),
  );
  const start = item.column - item.excerpt!.column;
  assert.equal(item.excerpt!.text.slice(start, start + item.length), "https");
});

Deno.test("what a rule loses by another one is told", () => {
  const named = (name: string, value: string) =>
    `<Image name="${name}" condition="contains">${value}</Image>`;
  const messages = (xml: string) => linted(xml).map(({ message }) => message);
  assert.deepEqual(messages(element("FileCreate", named("a", "x") + "\n" + named("b", "xy"))), [
    "line 1 matches first whenever this condition does: its name 'b' is never reported",
  ]);
  assert.deepEqual(messages(element("FileCreate", named("a", "x") + "\n" + named("a", "xy"))), [
    "line 1 matches first whenever this condition does: removing it changes nothing",
  ]);
  // Of two elements the last one is tried first.
  assert.deepEqual(
    messages(
      element("FileCreate", named("a", "xy")) + "\n" + element("FileCreate", named("b", "x")),
    ),
    ["line 2 matches first whenever this condition does: its name 'a' is never reported"],
  );
  assert.deepEqual(
    messages(
      element("FileCreate", named("a", "x")) + "\n" + element("FileCreate", named("b", "xy")),
    ),
    [],
  );
});

Deno.test("alternatives that undo each other, also in Rules of their own", () => {
  const rule = (value: string) =>
    `<Rule groupRelation="and">${field("PipeName", "begin with", "\\PSHost")}` +
    `${field("Image", "not end with", value)}</Rule>`;
  const undone = linted(element("PipeEvent", rule("\\powershell.exe") + rule("\\pwsh.exe")));
  assert.deepEqual(undone.map(({ code }) => code), ["MON129"]);
  assert.match(undone[0].message, /always holds/);
  const overlapping = element(
    "ProcessCreate",
    field("CommandLine", "excludes", "a") + field("CommandLine", "excludes", "b"),
  );
  assert.match(linted(overlapping)[0].message, /holds unless CommandLine says both/);
});

Deno.test("names are judged by the file's own convention", () => {
  const names = (...given: string[]) =>
    linted(element(
      "FileCreate",
      given.map((name, i) => `<Image name="${name}" condition="end with">/${i}</Image>`).join(""),
    )).map(({ code }) => code).join();
  const good = ["technique_id=T1105,technique_name=a", "technique_id=T1105;technique_name=b"];
  assert.equal(names(...good, "TechniqueID=T1059.004,TechniqueName=c"), "");
  assert.equal(names(...good, "technique_id=T1059.4"), "MON140");
  assert.equal(names(...good, "technique_id=T1059,technique_name="), "MON140");
  assert.equal(names(...good, "technique_id=T1059,technique_id=T1060"), "MON140");
  assert.equal(names(...good, "T1059,shell"), "MON140");
  assert.equal(names(...good, "shell"), "MON141");
  assert.equal(names("T1059", "T1060", "shell", "technique_id=T1"), "");
});

Deno.test("what a platform lacks is told once for each event and field", () => {
  const two = element(
    "ProcessCreate",
    field("OriginalFileName", "is", "a.exe") + field("OriginalFileName", "is", "b.exe"),
  );
  const [only, ...others] = linted(two, { platform: "linux" });
  assert.equal(only.code, "MON131");
  assert.match(only.message, /\(and 1 more like it\)$/);
  assert.deepEqual(others, []);
  assert.deepEqual(linted(two, { platform: "windows" }), []);
  const linux = { platform: "linux" } as const;
  const windows = { platform: "windows" } as const;
  assert.equal(codes("eBPFEvent", "Image", "is", "/bin/a", windows), "MON130");
  assert.equal(codes("RegistryEvent", "Image", "is", "C:\\a", linux), "MON130");
  assert.equal(codes("FileCreate", "Image", "is", "/bin/a", windows), "MON132");
  assert.equal(codes("FileCreate", "User", "is", "NT AUTHORITY\\SYSTEM", linux), "MON132");
  assert.equal(codes("FileCreate", "Image", "is", "ls", linux), "MON122");
  assert.equal(codes("FileCreate", "Image", "is not", "none", linux), "");
  assert.equal(codes("ProcessCreate", "LogonId", "is", "0x3e7", linux), "MON114");
});

Deno.test("the shipped configurations have nothing to be warned of", () => {
  const rules = new URL("../../rules/", import.meta.url);
  for (const { name } of Deno.readDirSync(rules)) {
    if (!name.endsWith(".xml")) continue;
    const config = load(Deno.readTextFileSync(new URL(name, rules)), name);
    assert.deepEqual(lint(config), [], name);
    // They speak of events that sensors there may come to produce.
    const platform = name === "windows.xml" ? "windows" : "linux";
    const codes = lint(config, { platform }).map(({ code }) => code);
    assert.deepEqual(new Set(codes).difference(new Set(["MON130"])), new Set(), name);
  }
});
