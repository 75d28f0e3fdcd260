/** The test vectors of config-semantics section 10, observed with Sysmon's own engine. */
import assert from "node:assert/strict";
import { type Code, loadConfig } from "../config/mod.ts";
import type { FieldValue } from "../events/event.ts";
import { interpret } from "./interpret.ts";
import { compileRules, type RuleOptions } from "./mod.ts";
import { filtering, inFiltering, loadText, makeEvent } from "./testing.ts";

/** Event id, fields, and the RuleName expected of a logged event or DROP. */
type Case = readonly [id: number, fields: Record<string, FieldValue>, expected: string];

interface Vector {
  readonly name: string;
  readonly xml: string;
  readonly schemaVersion?: string;
  readonly options?: RuleOptions;
  /** The validating profile refuses it with this code; the permissive one evaluates it. */
  readonly refusedWith?: Code;
  readonly cases: readonly Case[];
}

const DROP = "(dropped)";
const LOG = "-";
const SYSMON_NAMES = { compatibleRuleNames: true } as const;
const BACKSLASH = { imageSeparator: "\\" } as const;

const orGroup = (inner: string, name = "") =>
  `<RuleGroup groupRelation="or" name="${name}">${inner}</RuleGroup>`;
const andGroup = (inner: string, name = "") =>
  `<RuleGroup groupRelation="and" name="${name}">${inner}</RuleGroup>`;
const create = (onmatch: string, inner: string) =>
  `<ProcessCreate onmatch="${onmatch}">${inner}</ProcessCreate>`;
const registry = (onmatch: string, inner: string) =>
  `<RegistryEvent onmatch="${onmatch}">${inner}</RegistryEvent>`;
const isImage = (value: string) => `<Image condition="is">${value}</Image>`;
const isUser = (value: string) => `<User condition="is">${value}</User>`;
const andRule = (inner: string, name = "") =>
  `<Rule groupRelation="and"${name && ` name="${name}"`}>${inner}</Rule>`;
const image = (value: string, expected: string): Case => [1, { Image: value }, expected];
const imageTest = (condition: string, value: string) =>
  create("include", `<Image condition="${condition}">${value}</Image>`);

const VECTORS: readonly Vector[] = [
  {
    name: "1: two exclude elements drop what neither matches",
    xml: create("exclude", isImage("a")) + create("exclude", isImage("b")),
    cases: [image("c", DROP)],
  },
  {
    name: "1: one exclude element logs what it does not match",
    xml: create("exclude", isImage("a")),
    cases: [image("c", LOG), image("a", DROP)],
  },
  {
    name: "2: an empty include next to an exclude",
    xml: create("include", "") + create("exclude", isImage("b")),
    cases: [image("c", DROP)],
  },
  {
    name: "2: an empty exclude next to an include",
    xml: create("exclude", "") + create("include", isImage("b")),
    cases: [image("c", DROP), image("b", LOG)],
  },
  {
    name: "3: the later include element names the event",
    xml: ["A", "B"].map((name) =>
      orGroup(create("include", `<Image condition="contains" name="${name}">ls</Image>`))
    ).join(""),
    cases: [image("/bin/ls", "B")],
  },
  ...[SYSMON_NAMES, {}].map((options): Vector => ({
    name: `4: an exclude that failed ${options === SYSMON_NAMES ? "leaks" : "keeps"} its name`,
    xml: andGroup(create("exclude", `<Image name="EXC">/bin/ls</Image>${isUser("nobody")}`)) +
      orGroup(create("include", isImage("/bin/ls"))),
    options,
    cases: [[1, { Image: "/bin/ls", User: "root" }, options === SYSMON_NAMES ? "EXC" : LOG]],
  })),
  ...[SYSMON_NAMES, {}].map((options): Vector => ({
    name: `5: a Rule that failed ${options === SYSMON_NAMES ? "leaks" : "keeps"} its name`,
    xml: orGroup(
      create(
        "include",
        andRule(isImage("a") + isUser("zz"), "R1") + "<CommandLine>c</CommandLine>",
      ),
    ),
    options,
    cases: [[1, { Image: "a", CommandLine: "c" }, options === SYSMON_NAMES ? "R1" : LOG]],
  })),
  {
    name: "6: and over fields of or within a field",
    xml: create("include", isImage("a") + isUser("u") + isImage("b")),
    cases: [
      [1, { Image: "b", User: "u" }, LOG],
      [1, { Image: "b", User: "x" }, DROP],
      [1, { Image: "c", User: "u" }, DROP],
    ],
  },
  {
    name: "7: negative conditions on one field are alternatives",
    xml: create(
      "include",
      `<Image condition="is not">a</Image><Image condition="is not">b</Image>`,
    ),
    cases: [image("a", LOG)],
  },
  {
    name: "7: inside an and Rule they all count",
    xml: create(
      "include",
      andRule(`<Image condition="is not">a</Image><Image condition="is not">b</Image>`),
    ),
    cases: [image("a", DROP), image("c", LOG)],
  },
  {
    name: "8: a Rule does not pool with conditions outside",
    xml: create("include", isImage("a") + andRule(isImage("b"))),
    cases: [image("a", DROP), image("b", DROP)],
  },
  {
    name: "9: an and element needs every Rule",
    xml: create("include", andRule(isImage("a")) + andRule(isImage("b"))),
    cases: [image("a", DROP), image("b", DROP)],
  },
  {
    name: "10: a Rule without groupRelation is or",
    xml: orGroup(create("include", `<Rule>${isImage("a")}${isUser("b")}</Rule>`)),
    cases: [image("a", LOG)],
  },
  {
    name: "11: an empty item at the end occurs in everything",
    xml: imageTest("contains any", "zzz;"),
    cases: [image("c", LOG), image("/bin/ls", LOG)],
  },
  {
    name: "11: an empty item elsewhere searches the rest literally",
    xml: imageTest("contains any", "zzz;;yyy"),
    cases: [image("c", DROP), image("a;yyyb", LOG)],
  },
  {
    name: "11: excludes any with an empty item never matches",
    xml: imageTest("excludes any", "zzz;"),
    cases: [image("c", DROP)],
  },
  {
    name: "11: excludes all with an empty item",
    xml: imageTest("excludes all", "a;"),
    cases: [image("a", DROP), image("b", LOG)],
  },
  { name: "12: contains nothing", xml: imageTest("contains", ""), cases: [image("c", LOG)] },
  { name: "12: excludes nothing", xml: imageTest("excludes", ""), cases: [image("c", DROP)] },
  {
    name: "12: not end with nothing",
    xml: imageTest("not end with", ""),
    cases: [image("c", DROP)],
  },
  { name: "12: is any of nothing", xml: imageTest("is any", ""), cases: [image("c", DROP)] },
  { name: "12: is any of blanks", xml: imageTest("is any", ";;;"), cases: [image(";", DROP)] },
  {
    name: "13: image cuts at the backslash only, where asked to be like Sysmon",
    xml: imageTest("image", "ls"),
    options: BACKSLASH,
    cases: [image("/bin/ls", DROP), image("ls", LOG), image("C:\\x\\ls", LOG)],
  },
  {
    name: "13: image cuts at both separators by default",
    xml: imageTest("image", "ls"),
    cases: [
      image("/bin/ls", LOG),
      image("ls", LOG),
      image("C:\\x\\ls", LOG),
      image("/bin/xls", DROP),
    ],
  },
  {
    name: "14: numbers are compared as text",
    xml: `<NetworkConnect onmatch="include">
      <DestinationPort condition="less than">1024</DestinationPort></NetworkConnect>`,
    cases: [
      [3, { DestinationPort: 80 }, DROP],
      [3, { DestinationPort: 443 }, DROP],
      [3, { DestinationPort: 1023 }, LOG],
      [3, { DestinationPort: 102 }, LOG],
    ],
  },
  {
    name: "15: letters sort before _ and [",
    xml: imageTest("less than", "a"),
    cases: [image("_", DROP), image("[", DROP), image("Z", DROP), image("1", LOG)],
  },
  {
    name: "16: only ASCII is folded",
    xml: imageTest("is", "É"),
    cases: [image("é", DROP), image("É", LOG)],
  },
  {
    name: "16: items are not trimmed",
    xml: imageTest("is any", "a; b;c"),
    cases: [image("b", DROP), image(" b", LOG), image("C", LOG)],
  },
  {
    name: "17: User alone binds to event 12",
    xml: registry("include", isUser("u")),
    cases: [[12, { User: "u" }, LOG], [13, { User: "u" }, DROP], [14, { User: "u" }, DROP]],
  },
  {
    name: "17: User next to Details binds to event 13",
    xml: orGroup(registry("include", `<Details>x</Details>${isUser("u")}`)),
    cases: [[12, { User: "u" }, DROP], [13, { User: "u" }, LOG], [14, { User: "u" }, LOG]],
  },
  {
    name: "17: WmiEvent Name never matches event 20",
    xml: `<WmiEvent onmatch="include"><Name>u</Name></WmiEvent>`,
    cases: [[19, { Name: "u" }, LOG], [20, { Name: "u" }, DROP]],
  },
  {
    name: "17: a field that an event lacks is no match, also for negative conditions",
    xml: registry("include", `<Details condition="is not">x</Details>`),
    cases: [[12, {}, DROP], [13, { Details: "y" }, LOG]],
  },
  {
    name: "18: elements of a series apply to all its events",
    xml: registry("include", "<TargetObject>x</TargetObject>") +
      registry("exclude", "<NewName>y</NewName>"),
    cases: [
      [14, { TargetObject: "x", NewName: "y" }, DROP],
      [14, { TargetObject: "x", NewName: "z" }, LOG],
      [12, { TargetObject: "x" }, LOG],
    ],
  },
  {
    name: "19: an element that no event can have is dropped, others stay (Q11 repaired)",
    xml: registry("include", "<Details>a</Details><NewName>b</NewName>") +
      registry("include", "<TargetObject>x</TargetObject>"),
    refusedWith: "MON043",
    cases: [[13, { TargetObject: "x" }, LOG], [13, { TargetObject: "y" }, DROP]],
  },
  {
    name: "20: an element with an unknown field is dropped, others stay (Q11 repaired)",
    xml: create("include", "<Imagex>a</Imagex>") + create("include", isUser("c")),
    refusedWith: "MON041",
    cases: [[1, { User: "c" }, LOG], [1, { User: "d" }, DROP]],
  },
  {
    name: "20: an unknown field in the second of three elements (Q11 repaired)",
    xml: create("include", isUser("a")) + create("include", "<Imagex>a</Imagex>") +
      create("include", isUser("c")),
    refusedWith: "MON041",
    cases: [[1, { User: "a" }, LOG], [1, { User: "c" }, LOG], [1, { User: "d" }, DROP]],
  },
  {
    name: "21: an element without onmatch is skipped",
    xml: `<ProcessCreate>${isImage("a")}</ProcessCreate>`,
    cases: [image("a", LOG), image("b", LOG)],
  },
  {
    name: "21: an unknown onmatch of ProcessCreate behaves as exclude",
    xml: `<ProcessCreate onmatch="zzz">${isImage("a")}</ProcessCreate>`,
    refusedWith: "MON038",
    cases: [image("a", DROP), image("b", LOG)],
  },
  {
    name: "21: an empty onmatch of FileCreate behaves as include",
    xml: `<FileCreate onmatch="">${isImage("a")}</FileCreate>`,
    refusedWith: "MON038",
    cases: [[11, { Image: "a" }, LOG], [11, { Image: "b" }, DROP]],
  },
  {
    name: "22: or up to schema version 4.10",
    xml: create("include", isImage("a") + isUser("b")),
    schemaVersion: "4.1",
    cases: [image("a", LOG)],
  },
  {
    name: "22: and from 4.11 on",
    xml: create("include", isImage("a") + isUser("b")),
    schemaVersion: "4.2",
    cases: [image("a", DROP), [1, { Image: "a", User: "b" }, LOG]],
  },
  {
    name: "23: a Rule's name overrides the field's in front of it",
    xml: orGroup(
      create("include", andRule(`<Image name="F">a</Image>${isUser("b")}`, "R")),
      "G",
    ),
    cases: [[1, { Image: "a", User: "b" }, "R"]],
  },
  {
    name: "23: the last matching condition names the event",
    xml: andGroup(
      create(
        "include",
        `<Image name="1">a</Image>${isUser("b")}<CommandLine name="3">c</CommandLine>`,
      ),
      "G",
    ),
    cases: [[1, { Image: "a", User: "b", CommandLine: "c" }, "3"]],
  },
  {
    name: "23: without a group the last named one does",
    xml: create("include", `<Image name="1">a</Image>${isUser("b")}`),
    cases: [[1, { Image: "a", User: "b" }, "1"]],
  },
  {
    name: "26: image does not match a path that ends in a backslash",
    xml: imageTest("image", "ls"),
    cases: [image("C:\\ls\\", DROP)],
  },
];

for (const vector of VECTORS) {
  evaluates(vector, true);
  if (vector.refusedWith === undefined) evaluates(vector, false);
  else isRefused(vector.name, inFiltering(vector.xml, vector.schemaVersion), vector.refusedWith);
}

function isRefused(name: string, xml: string, code: Code): void {
  Deno.test(`vector ${name} (validating: refused)`, () => {
    const { config, diagnostics } = loadConfig(new TextEncoder().encode(xml), "test.xml");
    assert.equal(config, undefined);
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === "error").map((d) => d.code),
      [code],
    );
  });
}

function evaluates(vector: Vector, permissive: boolean): void {
  Deno.test(`vector ${vector.name} (${permissive ? "permissive" : "validating"})`, () => {
    const config = filtering(vector.xml, vector.schemaVersion, { permissive });
    const rules = compileRules(config, vector.options);
    for (const [id, fields, expected] of vector.cases) {
      const event = makeEvent(id, fields);
      const what = `event ${id} ${JSON.stringify(fields)}`;
      assert.equal(rules.evaluate(event) ?? DROP, expected, what);
      assert.equal(interpret(config, event, vector.options) ?? DROP, expected, `oracle: ${what}`);
    }
  });
}

const IMAGE_LIST =
  `<Sysmon schemaversion="4.90"><NetworkConnect>a.exe,b.exe</NetworkConnect></Sysmon>`;

isRefused("24: a list directly under Sysmon", IMAGE_LIST, "MON030");

Deno.test("vector 24: a list directly under Sysmon adds image conditions (permissive)", () => {
  const config = loadText(IMAGE_LIST, { permissive: true });
  const [element] = config.elements;
  assert.equal(element.combination, "or");
  assert.deepEqual(
    element.items.map((item) => item.kind === "condition" && [item.operator, item.value]),
    [["image", "a.exe"], ["image", "b.exe"]],
  );
});

const UNKNOWN_ENTRY = `<Sysmon schemaversion="4.90"><HashAlgorithms>md5</HashAlgorithms><Bogus/>` +
  `<FieldSizes>Image:10</FieldSizes></Sysmon>`;

isRefused("25: an unknown entry between others", UNKNOWN_ENTRY, "MON030");

Deno.test("vector 25: entries behind an unknown one count (permissive, Q22 repaired)", () => {
  const { options } = loadText(UNKNOWN_ENTRY, { permissive: true });
  assert.deepEqual([...options.hashAlgorithms], ["MD5"]);
  assert.deepEqual([...options.fieldSizes], [["Image", 10]]);
});

const LONG_NAME = "n".repeat(255);
const LONG_HASHES = "SHA256=" + "ab".repeat(150);
const longHashes = (attributes = "") =>
  `<Hashes condition="is"${attributes}>${LONG_HASHES}</Hashes>`;
const NAMED: Readonly<Record<string, string>> = {
  field: create("include", longHashes(` name="${LONG_NAME}"`)),
  Rule: create("include", andRule(longHashes(), LONG_NAME)),
  RuleGroup: orGroup(create("include", longHashes()), LONG_NAME),
};
for (const [where, xml] of Object.entries(NAMED)) {
  for (const permissive of [true, false]) {
    const profile = permissive ? "permissive" : "validating";
    Deno.test(`vector 26: a ${where} name of 255 characters, a long hash list (${profile})`, () => {
      const rules = compileRules(filtering(xml, "4.90", { permissive }));
      assert.equal(rules.evaluate(makeEvent(1, { Hashes: LONG_HASHES })), LONG_NAME);
      assert.equal(rules.evaluate(makeEvent(1, { Hashes: LONG_HASHES + "0" })), undefined);
    });
  }
}
