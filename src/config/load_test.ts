import assert from "node:assert/strict";
import { formatDiagnostic, loadConfig, type LoadOptions } from "./mod.ts";
import type { Condition, Config } from "./model.ts";

function load(xml: string | Uint8Array, options: LoadOptions = {}) {
  const bytes = typeof xml === "string" ? new TextEncoder().encode(xml) : xml;
  const { config, diagnostics } = loadConfig(bytes, "t.xml", options);
  return { config, lines: diagnostics.map(formatDiagnostic) };
}

function mustLoad(xml: string | Uint8Array, options: LoadOptions = {}): Config {
  const { config, lines } = load(xml, options);
  assert.ok(config, lines.join("\n"));
  return config;
}

function fixture(name: string): Config {
  const url = new URL(`../../fixtures/config/valid/${name}`, import.meta.url);
  return mustLoad(Deno.readFileSync(url));
}

function conditionsOf(config: Config): Condition[] {
  return config.elements.flatMap((e) => e.items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  );
}

const inFiltering = (xml: string, version = "4.90") =>
  `<Sysmon schemaversion="${version}"><EventFiltering>${xml}</EventFiltering></Sysmon>`;

Deno.test("the Linux fixture is read completely", () => {
  const config = fixture("linux.xml");
  assert.equal(config.schemaVersion, 490);
  assert.deepEqual([...config.options.hashAlgorithms], ["MD5", "SHA256"]);
  assert.deepEqual([...config.options.fieldSizes], [["CommandLine", 100], ["Image", 40]]);
  const summary = config.elements.map((e) => [e.tag, e.eventId, e.onmatch, e.combination]);
  assert.deepEqual(summary, [
    ["ProcessCreate", 1, "include", "or"],
    ["ProcessTerminate", 5, "include", "or"],
    ["eBPFEvent", 100, "exclude", "and"],
    ["NetworkConnect", 3, "exclude", "and"],
  ]);
  const group = "technique_id=T1059,technique_name=Command Interpreter";
  assert.deepEqual(
    conditionsOf(config).map((c) => [c.field, c.operator, c.value, c.name]),
    [
      ["Image", "image", "bash", "shell"],
      ["Image", "is any", "/usr/bin/curl;/usr/bin/wget", "download"],
      ["CommandLine", "contains all", "http;-o", "download"],
      ["CommandLine", "contains", "<( &&<", group],
      ["Image", "is", "/usr/bin/ssh", undefined],
    ],
  );
});

Deno.test("every condition knows its place", () => {
  const config = fixture("linux.xml");
  const [first] = conditionsOf(config);
  assert.deepEqual(config.source.positionAt(first.offset), { line: 9, column: 9 });
  assert.deepEqual(config.source.positionAt(first.valueOffset), { line: 9, column: 47 });
  const group = config.elements[0].groupName!;
  assert.deepEqual(config.source.positionAt(group.offset), { line: 7, column: 22 });
});

Deno.test("options that only Windows uses load everywhere", () => {
  const { options, elements } = fixture("windows.xml");
  assert.deepEqual([...options.hashAlgorithms], ["SHA1", "MD5", "SHA256", "IMPHASH"]);
  assert.equal(options.checkRevocation, true);
  assert.equal(options.dnsLookup, false);
  assert.equal(options.archiveDirectory, "Archive");
  assert.equal(options.captureClipboard, true);
  assert.equal(options.driverName, "Watch");
  assert.equal(options.pipeMonitoringConfig, "pipe");
  assert.deepEqual(options.processAccessConfig, [
    { image: "lsass.exe", mask: 0x1fffff },
    { image: "a:b.exe", mask: 0xffffffff },
  ]);
  assert.equal(options.driverQueueSize, 5000);
  assert.equal(options.signingQueueSize, 100);
  assert.equal(options.entries.length, 10);
  assert.deepEqual(elements.map((e) => e.eventId), [29, 13, 19]);
});

Deno.test("absent options have their defaults", () => {
  const { options } = fixture("minimal.xml");
  assert.deepEqual([...options.hashAlgorithms], ["SHA256"]);
  assert.equal(options.checkRevocation, false);
  assert.equal(options.dnsLookup, true);
  assert.equal(options.captureClipboard, false);
  assert.equal(options.archiveDirectory, undefined);
  assert.equal(options.fieldSizes.size, 0);
});

Deno.test("E9: the default combination depends on the schema version", () => {
  const combination = (version: string) =>
    mustLoad(inFiltering(`<FileCreate onmatch="include"/>`, version)).elements[0].combination;
  assert.deepEqual(["4.0", "4.10", "4.11", "4.2", "4.90"].map(combination), [
    "or",
    "or",
    "and",
    "and",
    "and",
  ]);
});

Deno.test("E3: default is the opposite of onmatch", () => {
  const onmatch = (attribute: string) =>
    mustLoad(inFiltering(`<FileCreate ${attribute}/>`)).elements[0].onmatch;
  assert.equal(onmatch(`default="include"`), "exclude");
  assert.equal(onmatch(`default="exclude"`), "include");
});

Deno.test("E10: a Rule combines with or unless it says otherwise", () => {
  const combination = (attribute: string) => {
    const xml =
      `<FileCreate onmatch="include"><Rule ${attribute}><User>a</User></Rule></FileCreate>`;
    const [rule] = mustLoad(inFiltering(xml)).elements[0].items;
    return rule.kind === "rule" && rule.combination;
  };
  assert.equal(combination(""), "or");
  assert.equal(combination(`groupRelation=""`), "or");
  assert.equal(combination(`groupRelation="OR"`), "or");
  assert.equal(combination(`groupRelation="And"`), "and");
  assert.equal(combination(`groupRelation="nand"`), "and");
});

Deno.test("X5: values are not trimmed, line ends become LF", () => {
  const xml = inFiltering(`<FileCreate onmatch="include"><User> a\r\nb\rc </User></FileCreate>`);
  assert.equal(conditionsOf(mustLoad(xml))[0].value, " a\nb\nc ");
});

Deno.test("a value of blanks stays, but is empty in the permissive profile", () => {
  const xml = inFiltering(`<FileCreate onmatch="include"><User> </User></FileCreate>`);
  assert.equal(conditionsOf(mustLoad(xml))[0].value, " ");
  assert.equal(conditionsOf(mustLoad(xml, { permissive: true }))[0].value, "");
});

Deno.test("an XML declaration may stand behind blanks", () => {
  const { config, lines } = load(
    `\n\n<?xml version="1.0"?>\n<Sysmon schemaversion="4.90"><A/></Sysmon>`,
  );
  assert.equal(config, undefined);
  assert.match(lines[0], /^t\.xml:4:31: error: unknown element 'A'/);
});

Deno.test("places are right behind characters outside the basic plane", () => {
  const { lines } = load(
    `<Sysmon schemaversion="4.90"><!-- 😀😀 --><EventFiltering>&x;</EventFiltering></Sysmon>`,
  );
  assert.match(lines[0], /^t\.xml:1:59: error: not well-formed XML: named entity/);
});

Deno.test("all problems are reported, up to a limit", () => {
  const { config, lines } = load(inFiltering(
    `<FileCreate onmatch="include">${"<Nope>a</Nope>\n".repeat(1500)}</FileCreate>`,
  ));
  assert.equal(config, undefined);
  assert.equal(lines.length, 1001);
  assert.match(lines[1000], /error: 500 more problems are not shown \[MON099\]$/);
});

Deno.test("nothing from the file reaches a terminal unescaped", () => {
  const { lines } = load(inFiltering(
    `<FileCreate onmatch="&#x9b;31m&#x202e;&#10;"><User condition="&#9;x"/></FileCreate>`,
  ));
  for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  assert.match(lines[0], /but '\\x9b31m\\u202e\\n'/);
});

Deno.test("C7: a rule entry goes into the first include element and removes excludes", () => {
  const xml = `<Sysmon schemaversion="4.90"><ImageLoad>x.dll</ImageLoad><EventFiltering>
    <ImageLoad onmatch="exclude"><User>a</User></ImageLoad>
    <ImageLoad onmatch="include"><User>b</User></ImageLoad>
    <ImageLoad onmatch="include"><User>c</User></ImageLoad>
  </EventFiltering></Sysmon>`;
  const { elements } = mustLoad(xml, { permissive: true });
  assert.deepEqual(
    elements.map((e) => e.items.map((item) => item.kind === "condition" && item.value)),
    [["x.dll", "b"], ["c"]],
  );
});

Deno.test("the permissive profile skips what it cannot use and keeps the rest", () => {
  const xml = inFiltering(
    `<rulegroup groupRelation="OR" name="">
    <FileCreate onmatch="INCLUDE">
      <User condition="IS NOT">a</User>
      <User condition="nonsense">b</User>
      <rule groupRelation="and"><User>c</User><User condition="nonsense">d</User><User>e</User></rule>
      <Image>x<b>y</b>z</Image>
    </FileCreate>
    <Wrapper><FileCreate onmatch="exclude"/></Wrapper>
  </rulegroup>`,
    "4.0",
  );
  const { elements } = mustLoad(xml, { permissive: true });
  assert.deepEqual(elements.map((e) => [e.onmatch, e.combination]), [
    ["include", "or"],
    ["exclude", "or"],
  ]);
  assert.deepEqual(
    elements[0].items.map((item) =>
      item.kind === "rule" ? item.conditions.map((c) => c.value) : item.value
    ),
    ["a", ["c"], "xz"],
  );
});

Deno.test("a no-break space between elements is text, as XML has it", () => {
  const text = `<Sysmon schemaversion="4.90"><EventFiltering>\u00a0</EventFiltering></Sysmon>`;
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(text), "nbsp.xml");
  assert.equal(config, undefined);
  assert.deepEqual(diagnostics.map(({ code, column }) => [code, column]), [["MON032", 46]]);
});
