import assert from "node:assert/strict";
import { type Config, loadConfig } from "../config/mod.ts";
import { formatDiagnostic } from "../config/diagnostics.ts";
import { writeXml } from "../config/write/xml.ts";
import { makeEvent } from "../rules/testing.ts";
import { compileRules } from "../rules/mod.ts";
import { mergeConfigs, type MergeOptions, readModule } from "./mod.ts";

interface Merged {
  /** What stands inside EventFiltering, without its indentation; all of the text otherwise. */
  readonly filters: string;
  readonly text: string;
  readonly config: Config;
  readonly told: readonly string[];
}

function sysmon(content: string, schemaVersion = "4.90"): string {
  return content.includes("<Sysmon")
    ? content
    : `<Sysmon schemaversion="${schemaVersion}"><EventFiltering>${content}</EventFiltering></Sysmon>`;
}

function tryMerge(modules: Readonly<Record<string, string>>, options: MergeOptions = {}) {
  const inputs = Object.entries(modules).map(([name, content]) => {
    const { input, diagnostics } = readModule(
      new TextEncoder().encode(sysmon(content)),
      name,
      name,
    );
    assert.ok(input, diagnostics.map(formatDiagnostic).join("\n"));
    return input;
  });
  const result = mergeConfigs(inputs, options);
  return { ...result, told: result.diagnostics.map(formatDiagnostic) };
}

function merge(modules: Readonly<Record<string, string>>, options: MergeOptions = {}): Merged {
  const { document, told } = tryMerge(modules, options);
  assert.ok(document, told.join("\n"));
  const text = writeXml(document);
  const { config, diagnostics } = loadConfig(new TextEncoder().encode(text), "merged.xml");
  assert.ok(config, diagnostics.map(formatDiagnostic).join("\n") + text);
  const filters = /<EventFiltering>\n(.*)\n {2}<\/EventFiltering>/s.exec(text)?.[1] ?? "";
  return { filters: filters.replace(/^ {4}/gm, ""), text, config, told };
}

function group(content: string, attributes = 'name="" groupRelation="or"'): string {
  return `<RuleGroup ${attributes}>${content}</RuleGroup>`;
}

const include = (items: string) => `<ProcessCreate onmatch="include">${items}</ProcessCreate>`;
const exclude = (items: string) => `<ProcessCreate onmatch="exclude">${items}</ProcessCreate>`;
const image = (value: string, rest = "") => `<Image condition="is"${rest}>${value}</Image>`;

function ruleName(config: Config, fields: Readonly<Record<string, string>>, id = 1) {
  return compileRules(config).evaluate(makeEvent(id, fields));
}

Deno.test("the same event and onmatch become one element, with a comment for each file", () => {
  const { text, told } = merge({
    "p/b.xml":
      `<!-- about b --><Sysmon schemaversion="4.50"><DnsLookup>no</DnsLookup><EventFiltering>
      ${group(include(`\n<!-- first -->\n${image("b")} <!-- second -->\n\n${image("B2")}`))}
      </EventFiltering></Sysmon><!-- end of b -->`,
    "a.xml": group(include(image("a")) + exclude(image("x"))),
  });
  assert.equal(
    text,
    `<Sysmon schemaversion="4.90">
  <!-- p/b.xml -->
  <DnsLookup>no</DnsLookup>

  <EventFiltering>
    <RuleGroup groupRelation="or">
      <ProcessCreate onmatch="include">
        <!-- p/b.xml -->
        <!-- about b -->
        <!-- first -->
        <Image condition="is">b</Image> <!-- second -->

        <Image condition="is">B2</Image>

        <!-- a.xml -->
        <Image condition="is">a</Image>
      </ProcessCreate>
    </RuleGroup>

    <RuleGroup groupRelation="or">
      <ProcessCreate onmatch="exclude">
        <!-- a.xml -->
        <Image condition="is">x</Image>
      </ProcessCreate>
    </RuleGroup>

    <!-- end of b -->
  </EventFiltering>
</Sysmon>
`,
  );
  assert.deepEqual(told, []);
});

Deno.test("merging the same inputs twice gives the same text", () => {
  const modules = { "a.xml": include(image("a")), "b.xml": include(image("b")) };
  assert.equal(merge(modules).text, merge(modules).text);
});

Deno.test("RuleGroups keep their names", () => {
  const { config, filters } = merge({
    "a.xml": group(include(image("a")), 'name="A" groupRelation="or"'),
    "b.xml": group(include(image("b"))),
    "c.xml": group(include(image("c")), 'name="A" groupRelation="or"'),
  });
  assert.equal(filters.match(/<ProcessCreate/g)?.length, 2);
  assert.equal(ruleName(config, { Image: "a" }), "A");
  assert.equal(ruleName(config, { Image: "b" }), "-");
  assert.equal(ruleName(config, { Image: "c" }), "A");
  assert.equal(ruleName(config, { Image: "d" }), undefined);
});

Deno.test("an element that combines with and stays one, unless it has one item", () => {
  const both = image("a") + "<User>u</User>";
  const { config, told } = merge({
    "or.xml": group(include(image("x") + image("y"))),
    "and.xml": group(include(both), 'groupRelation="and"'),
    "again.xml": group(include(both), 'groupRelation="and"'),
    "one.xml": group(include(image("z")), 'groupRelation="and"'),
    // Outside of a RuleGroup conditions combine with and since 4.11, with or before.
    "bare.xml": include(image("b") + "<User>u</User>"),
    "old.xml": sysmon(include(image("o") + "<User>old</User>"), "4.1"),
  });
  assert.deepEqual(
    config.elements.map(({ combination, items }) => [combination, items.length]),
    [["or", 5], ["and", 2], ["and", 2]],
  );
  assert.equal(ruleName(config, { Image: "a", User: "x" }), undefined);
  assert.equal(ruleName(config, { Image: "a", User: "u" }), "-");
  assert.equal(ruleName(config, { Image: "q", User: "old" }), "-");
  assert.deepEqual(told.map((line) => line.replace(/:\d+: note: .*(?=\[)/, " ")), [
    "again.xml:1 [MON411]",
    "and.xml:1 [MON408]",
    "bare.xml:1 [MON408]",
  ]);
});

Deno.test("only excludes: one element whatever the groups, or everything would be dropped", () => {
  const { config, told } = merge({
    "a.xml": group(exclude(image("a"))),
    "b.xml": group(exclude(image("b")), 'name="B" groupRelation="or"'),
    "c.xml": group(
      exclude(
        image("c1", ' name="n"') + image("c2") + "<User>u</User>" +
          '<Rule groupRelation="or"><CommandLine>1</CommandLine><CommandLine>2</CommandLine></Rule>',
      ),
      'name="C" groupRelation="and"',
    ),
  });
  assert.equal(config.elements.length, 1);
  assert.equal(ruleName(config, { Image: "q" }), "-", "logged by default");
  assert.equal(ruleName(config, { Image: "b" }), undefined);
  assert.equal(ruleName(config, { Image: "c2", User: "u", CommandLine: "2" }), undefined);
  assert.equal(ruleName(config, { Image: "c2", User: "u", CommandLine: "3" }), "-");
  assert.equal(ruleName(config, { Image: "c3", User: "u", CommandLine: "2" }), "-");
  assert.deepEqual(told, []);
});

Deno.test("excludes that need too many Rules to be joined are a conflict", () => {
  const many = (field: string) =>
    Array.from({ length: 17 }, (_, i) => `<${field}>${i}</${field}>`).join("");
  const { document, told } = tryMerge({
    "a.xml": group(exclude(image("a"))),
    "b.xml": group(exclude(many("Image") + many("User")), 'groupRelation="and"'),
  });
  assert.equal(document, undefined);
  assert.match(told.join("\n"), /^b\.xml:\S+ error: .*256 Rules.*\[MON404\]$/m);
});

const registry = (onmatch: string, items: string) =>
  group(`<RegistryEvent onmatch="${onmatch}">${items}</RegistryEvent>`);

Deno.test("elements of a series are joined only where each field is still found", () => {
  const { config } = merge({
    "12.xml": registry("include", "<User>u</User>"),
    "13.xml": registry("include", "<User>v</User><Details>d</Details>"),
    "14.xml": registry("include", "<NewName>n</NewName>"),
    "any.xml": registry("include", "<TargetObject>t</TargetObject>"),
  });
  assert.deepEqual(config.elements.map(({ eventId }) => eventId), [12, 13, 14]);
  assert.equal(ruleName(config, { User: "u" }, 12), "-");
  assert.equal(ruleName(config, { User: "u" }, 13), undefined);
  assert.equal(ruleName(config, { User: "v" }, 13), "-");
  assert.equal(ruleName(config, { TargetObject: "t" }, 14), "-");

  const { document, told } = tryMerge({
    "13.xml": registry("exclude", "<Details>d</Details>"),
    "14.xml": registry("exclude", "<NewName>n</NewName>"),
  });
  assert.equal(document, undefined);
  assert.match(told.join("\n"), /^14\.xml:\S+ error: .*RegistryEvent.*\[MON404\]$/m);
});

Deno.test("a rule that an earlier input has is left out, one with another name is told", () => {
  const { filters, told } = merge({
    "a.xml": group(include(image("X", ' name="n"') + image("same") + image("same"))),
    "b.xml": group(
      include(`${image("x", ' name="n"')} <!-- of b --> ${image("SAME", ' name="m"')}`),
    ),
    "c.xml": group(include(image("x", ' name="n"'))),
  });
  assert.equal(
    filters,
    `<RuleGroup groupRelation="or">
  <ProcessCreate onmatch="include">
    <!-- a.xml -->
    <Image name="n" condition="is">X</Image>
    <Image condition="is">same</Image>
    <Image condition="is">same</Image>

    <!-- b.xml -->
    <!-- of b -->
    <Image name="m" condition="is">SAME</Image>
  </ProcessCreate>
</RuleGroup>`,
  );
  assert.deepEqual(told.map((line) => line.slice(-8)), ["[MON411]", "[MON407]", "[MON411]"]);
});

Deno.test("entries that agree are joined, others conflict with both places", () => {
  const entries = (content: string) => `<Sysmon schemaversion="4.90">\n${content}\n</Sysmon>`;
  const { text } = merge({
    "a.xml": entries(
      "<!-- why -->\n<HashAlgorithms>md5,sha1</HashAlgorithms> <!-- a -->\n<CheckRevocation/>",
    ),
    "b.xml": entries(
      "<HashAlgorithms>SHA1,MD5</HashAlgorithms> <!-- b --><DnsLookup>no</DnsLookup>",
    ),
  });
  assert.equal(
    text,
    `<Sysmon schemaversion="4.90">
  <!-- a.xml, b.xml -->
  <!-- why -->
  <HashAlgorithms>md5,sha1</HashAlgorithms> <!-- a --> <!-- b -->
  <!-- a.xml -->
  <CheckRevocation/>
  <!-- b.xml -->
  <DnsLookup>no</DnsLookup>

  <EventFiltering/>
</Sysmon>
`,
  );
  const conflict = {
    "a.xml": entries("<HashAlgorithms>md5</HashAlgorithms>"),
    "b.xml": entries("<HashAlgorithms>sha1</HashAlgorithms>"),
  };
  const { document, told } = tryMerge(conflict);
  assert.equal(document, undefined);
  assert.deepEqual(told, [
    "b.xml:2:17: error: <HashAlgorithms> is 'sha1' here and 'md5' at a.xml:2:17 [MON401]",
  ]);
  const algorithms = (prefer: "first" | "last") =>
    [...merge(conflict, { prefer }).config.options.hashAlgorithms].join();
  assert.equal(algorithms("first"), "MD5");
  assert.equal(algorithms("last"), "SHA1");
});

Deno.test("the newest schema version of the inputs counts, and must have all that they use", () => {
  const modules = {
    "a.xml": sysmon(include(image("a")), "4.22"),
    // By itself invalid: FileDelete came with 4.30.
    "b.xml": sysmon(group('<FileDelete onmatch="include"><Image>b</Image></FileDelete>'), "4.21"),
    "c.xml": sysmon(include(image("c")), "4.50"),
  };
  assert.equal(merge(modules).config.schemaVersion, 450);
  assert.equal(merge(modules, { schemaVersion: 430 }).config.schemaVersion, 430);
  const { document, told } = tryMerge(modules, { schemaVersion: 423 });
  assert.equal(document, undefined);
  assert.match(told.join("\n"), /^b\.xml:\S+ error: FileDelete needs .*4\.30.*\[MON402\]$/m);
});

Deno.test("an entry that no longer exists is left out, an old one is not taken too early", () => {
  const { text, told } = merge({
    "a.xml": '<Sysmon schemaversion="4.22"><CopyOnDelete_PE/></Sysmon>',
    "b.xml": '<Sysmon schemaversion="4.81"><FieldSizes>Image:9</FieldSizes></Sysmon>',
  });
  assert.ok(!text.includes("CopyOnDelete_PE"));
  assert.match(told.join("\n"), /^a\.xml:1:\d+: warning: .*\[MON409\]$/m);
  const { document } = tryMerge(
    { "b.xml": '<Sysmon schemaversion="4.81"><FieldSizes>Image:9</FieldSizes></Sysmon>' },
    { schemaVersion: 450 },
  );
  assert.equal(document, undefined);
});

Deno.test("what inputs do to each other is told", () => {
  const { told } = merge({
    "exclude.xml": group(exclude(image("a"))),
    "include.xml": group(include(image("A") + image("b"))),
  });
  assert.deepEqual(told.map((line) => line.replace(/:\d+: .*(?=\[)/, " ")), [
    "exclude.xml:1 [MON405]",
    "include.xml:1 [MON406]",
  ]);
  const twice = merge({ "a.xml": group(exclude(image("a"))) + group(exclude(image("b"))) });
  assert.match(twice.told.join("\n"), /^a\.xml:\S+ warning: .*\[MON410\]$/m);
  assert.equal(ruleName(twice.config, { Image: "c" }), "-");
});

Deno.test("values, CDATA, comments inside values and odd file names survive", () => {
  const { config, text } = merge({
    "a --> b.xml": group(include("<Image condition='contains'> a<!-- c -->&amp;b\n</Image>")),
    "b.xml": group(include("<CommandLine><![CDATA[<x> ]]></CommandLine>")),
  });
  const values = config.elements[0].items.map((item) => item.kind === "condition" && item.value);
  assert.deepEqual(values, [" a&b\n", "<x> "]);
  assert.match(text, /<!-- a - -> b\.xml -->/);
  assert.match(text, /<Image condition="contains"> a<!-- c -->&amp;b\n<\/Image>/);
});
