/** config-semantics 1.1 to 1.3: encodings, the root and its version, XML. */
import assert from "node:assert/strict";
import type { Config } from "../model.ts";
import { type Row, testRows, verdictOn, withConditions, withFilters } from "./testing.ts";

const SMALL = `<Sysmon schemaversion="4.90"/>`;

function bytes(...parts: (string | number[])[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part),
  );
}

function utf16(text: string, littleEndian = true): number[] {
  return [...text].flatMap((character) => {
    const unit = character.charCodeAt(0);
    const [low, high] = [unit & 0xff, unit >> 8];
    return littleEndian ? [low, high] : [high, low];
  });
}

const latin1 = (text: string) => new Uint8Array([...text].map((c) => c.charCodeAt(0)));

function firstValue(config: Config): string {
  const [item] = config.elements[0].items;
  assert.ok(item.kind === "condition");
  return item.value;
}

const valueIs = (expected: string) => (config: Config) =>
  assert.equal(firstValue(config), expected);

const ENCODINGS: readonly Row[] = [
  {
    name: "F1: an empty file",
    content: "",
    validating: ["1:1+1 error MON001"],
    permissive: ["1:1+1 error MON001"],
  },
  {
    name: "F1: one byte",
    content: "<",
    validating: ["1:1+1 error MON001"],
    permissive: ["1:1+1 error MON001"],
  },
  {
    name: "F2: blanks in front",
    content: ` \n${SMALL}`,
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "F3: UTF-8 with byte order mark",
    content: bytes([0xef, 0xbb, 0xbf], SMALL),
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "F3: UTF-16LE with byte order mark",
    content: bytes([0xff, 0xfe], utf16(SMALL)),
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "F3: UTF-16LE without byte order mark",
    content: bytes(utf16(SMALL)),
    validating: "accepted",
    permissive: "accepted",
  },
  ...[`"iso-8859-1"`, "'ISO-8859-1'"].map((name): Row => ({
    name: `F3: Latin-1, declared as ${name}`,
    content: latin1(`<?xml version="1.0" encoding=${name}?>${withConditions("<Image>é</Image>")}`),
    validating: "accepted",
    permissive: "accepted",
    means: valueIs("é"),
  })),
  {
    name: "F3: another declared encoding is ignored",
    content: `<?xml version="1.0" encoding="koi8-r"?>${withConditions("<Image>é</Image>")}`,
    validating: ["1:31+6 warning MON005"],
    permissive: ["1:31+6 warning MON005"],
    means: valueIs("é"),
  },
  {
    name: "F4: UTF-16BE with byte order mark",
    content: bytes([0xfe, 0xff], utf16(SMALL, false)),
    validating: ["1:1+1 error MON003"],
    permissive: ["1:1+1 error MON003"],
  },
  {
    name: "F4: UTF-16BE without byte order mark",
    content: bytes(utf16(SMALL, false)),
    validating: ["1:1+1 error MON003"],
    permissive: ["1:1+1 error MON003"],
  },
  {
    name: "F4: UTF-32",
    content: bytes([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]),
    validating: ["1:1+1 error MON003"],
    permissive: ["1:1+1 error MON003"],
  },
  {
    name: "F5, Q20: invalid UTF-8 (permissive mended: U+FFFD instead of cutting the value)",
    content: latin1(withConditions("<Image>/bin/éa</Image>")),
    validating: ["2:13+1 error MON004"],
    permissive: ["2:13+1 warning MON004"],
    means: valueIs("/bin/\ufffda"),
  },
  {
    name: "F6: text before the root (permissive deviates: refused)",
    content: `hello ${SMALL}`,
    validating: ["1:1+5 error MON010"],
    permissive: ["1:1+5 error MON010"],
  },
  {
    name: "F6: only blanks",
    content: " ".repeat(4096),
    validating: ["1:4097+1 error MON010"],
    permissive: ["1:4097+1 error MON010"],
  },
  {
    name: "F7: a declaration behind a comment (permissive deviates: refused)",
    content: `<!-- a --><?xml version="1.0"?>${SMALL}`,
    validating: ["1:12+4 error MON010"],
    permissive: ["1:12+4 error MON010"],
  },
];

const ROOTS: readonly Row[] = [
  ...["sysmon", "SYSMON", "s:Sysmon", "Config"].map((name): Row => ({
    name: `R1: the root ${name}`,
    content: `<${name} schemaversion="4.90"/>`,
    validating: [`1:2+${name.length} error MON020`],
    permissive: [`1:2+${name.length} error MON020`],
  })),
  {
    name: "R1, Q33: two roots (permissive mended: refused)",
    content: SMALL + SMALL,
    validating: ["1:32+6 error MON010"],
    permissive: ["1:32+6 error MON010"],
  },
  {
    name: "R1: text behind the root (permissive deviates: refused)",
    content: `${SMALL}text`,
    validating: ["1:31+4 error MON010"],
    permissive: ["1:31+4 error MON010"],
  },
  {
    name: "R1: blanks and a comment behind the root",
    content: `${SMALL} <!-- a -->\n`,
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "R2: no schemaversion",
    content: "<Sysmon/>",
    validating: ["1:2+6 error MON021"],
    permissive: ["1:2+6 error MON021"],
  },
  {
    name: "R2: a misspelt schemaversion",
    content: `<Sysmon SchemaVersion="4.90"/>`,
    validating: ["1:2+6 error MON021", "1:9+13 error MON031"],
    permissive: ["1:2+6 error MON021", "1:9+13 warning MON031"],
  },
  ...["", "new", "-4.9", "0", "0.9", "65536", "inf", "nan"].map((version): Row => ({
    name: `R2: schemaversion "${version}"`,
    content: `<Sysmon schemaversion="${version}"/>`,
    validating: [`1:24+${Math.max(1, version.length)} error MON021`],
    permissive: [`1:24+${Math.max(1, version.length)} error MON021`],
  })),
  ...([
    ["4.9", 490],
    ["4.1", 410],
    ["4.2", 420],
    ["4.905", 491],
    [" +4.90", 490],
    ["0x4", 400],
    ["49e-1", 490],
  ] as const).map(([text, number]): Row => ({
    name: `R3: schemaversion "${text}" is ${number}`,
    content: `<Sysmon schemaversion="${text}"/>`,
    validating: "accepted",
    permissive: "accepted",
    means: (config) => assert.equal(config.schemaVersion, number),
  })),
  ...([["4.90abc", 490], ["4,90", 400]] as const).map(([text, number]): Row => ({
    name: `R3: schemaversion "${text}" is ${number}, with a warning`,
    content: `<Sysmon schemaversion="${text}"/>`,
    validating: [`1:24+${text.length} warning MON024`],
    permissive: [`1:24+${text.length} warning MON024`],
    means: (config) => assert.equal(config.schemaVersion, number),
  })),
  ...["4.92", "5.0", "99", "1e1"].map((version): Row => ({
    name: `R5, Q23: schemaversion "${version}" is newer than any`,
    content: `<Sysmon schemaversion="${version}"/>`,
    validating: [`1:24+${version.length} warning MON023`],
    permissive: [`1:24+${version.length} warning MON023`],
  })),
  ...["1", "3.4", "3.99"].map((version): Row => ({
    name: `R5: schemaversion "${version}" is too old`,
    content: `<Sysmon schemaversion="${version}"/>`,
    validating: [`1:24+${version.length} error MON022`],
    permissive: [`1:24+${version.length} error MON022`],
  })),
];

const include = (inner: string) => `<FileCreate onmatch="include">${inner}</FileCreate>`;

const XML: readonly Row[] = [
  {
    name: "X1: RuleGroup and Rule in another case",
    content: withFilters(
      `<rulegroup groupRelation="or"><FileCreate onmatch="include">` +
        `<RULE groupRelation="and"><User>a</User></RULE></FileCreate></rulegroup>`,
    ),
    validating: ["2:2+9 error MON035"],
    permissive: "accepted",
    means: ({ elements: [element] }) => {
      assert.equal(element.combination, "or");
      assert.equal(element.items[0].kind, "rule");
    },
  },
  {
    name: "X1: values in another case",
    content: withFilters(
      `<RuleGroup groupRelation="or"><FileCreate onmatch="include">` +
        `<Rule groupRelation="AND"><User condition="IS NOT">a</User></Rule></FileCreate></RuleGroup>`,
    ),
    validating: "accepted",
    permissive: "accepted",
    means: ({ elements: [{ items: [rule] }] }) => {
      assert.ok(rule.kind === "rule");
      assert.deepEqual([rule.combination, rule.conditions[0].operator], ["and", "is not"]);
    },
  },
  {
    name: "X1: groupRelation of a RuleGroup in another case",
    content: withFilters(`<RuleGroup groupRelation="OR">${include("")}</RuleGroup>`),
    validating: ["2:27+2 error MON034"],
    permissive: "accepted",
    means: ({ elements: [{ combination }] }) => assert.equal(combination, "or"),
  },
  {
    name: "X1: onmatch in another case",
    content: withFilters(`<FileCreate onmatch="INCLUDE"/>`),
    validating: ["2:22+7 error MON038"],
    permissive: "accepted",
    means: ({ elements: [{ onmatch }] }) => assert.equal(onmatch, "include"),
  },
  {
    name: "X2, Q21: a comment inside a value (permissive mended: joined)",
    content: withConditions("<User>a<!-- x -->b</User>"),
    validating: "accepted",
    permissive: "accepted",
    means: valueIs("ab"),
  },
  {
    name: "X2: comments everywhere else",
    content: `<!-- a --><Sysmon schemaversion="4.90"><!-- b --><EventFiltering><!-- c -->` +
      `${include("<!-- d --><User>a</User>")}</EventFiltering></Sysmon><!-- e -->`,
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "X3: CDATA (permissive mended: joined)",
    content: withConditions("<User>x<![CDATA[<y>]]></User>"),
    validating: "accepted",
    permissive: "accepted",
    means: valueIs("x<y>"),
  },
  {
    name: "X4: an element inside a value",
    content: withConditions("<User><b>q</b>zz</User>"),
    validating: ["2:8+1 error MON045"],
    permissive: ["2:8+1 warning MON045"],
    means: valueIs("zz"),
  },
  {
    name: "X5: blanks are kept, line ends become LF",
    content: withConditions("<User> a\r\nb\rc </User>"),
    validating: "accepted",
    permissive: "accepted",
    means: valueIs(" a\nb\nc "),
  },
  {
    name: "X5: a value of blanks",
    content: withConditions("<User> \n </User>"),
    validating: "accepted",
    permissive: "accepted",
    means: (config, permissive) => assert.equal(firstValue(config), permissive ? "" : " \n "),
  },
  {
    name: "X6: entities and character references",
    content: withConditions("<User>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;</User>"),
    validating: "accepted",
    permissive: "accepted",
    means: valueIs(`<>&'"AB`),
  },
  {
    name: "X6: an unknown entity",
    content: withConditions("<User>a&b;c</User>"),
    validating: ["2:8+4 error MON010"],
    permissive: "accepted",
    means: valueIs("a&b;c"),
  },
  {
    name: "X6: a bare & (permissive deviates: refused)",
    content: withConditions("<User>a & b</User>"),
    validating: ["2:9+1 error MON010"],
    permissive: ["2:9+1 error MON010"],
  },
  {
    name: "X6: a reference to NUL (permissive deviates: refused)",
    content: withConditions("<User>a&#0;b</User>"),
    validating: ["2:8+5 error MON010"],
    permissive: ["2:8+5 error MON010"],
  },
  {
    name: "X6: a DOCTYPE (permissive deviates: refused)",
    content: `<!DOCTYPE Sysmon [<!ENTITY a "b">]>${SMALL}`,
    validating: ["1:3+7 error MON011"],
    permissive: ["1:3+7 error MON011"],
  },
  {
    name: "X6: line ends in an attribute are blanks",
    content: withConditions(`<User condition="is\nnot">a</User>`),
    validating: "accepted",
    permissive: "accepted",
    means: ({ elements: [{ items: [item] }] }) =>
      assert.equal(item.kind === "condition" && item.operator, "is not"),
  },
  {
    name: "X7: a repeated attribute (permissive deviates: refused)",
    content: withConditions(`<User name="a" name="b">a</User>`),
    validating: ["2:16+4 error MON010"],
    permissive: ["2:16+4 error MON010"],
  },
  {
    name: "X8: a name of 255 bytes",
    content: withConditions(`<User name="${"é".repeat(127)}a">a</User>`),
    validating: "accepted",
    permissive: "accepted",
  },
  {
    name: "X8: a name of 256 bytes",
    content: withConditions(`<User name="${"é".repeat(128)}">a</User>`),
    validating: ["2:13+128 error MON046"],
    permissive: ["2:13+128 warning MON046"],
    means: ({ elements: [{ items }] }) => assert.deepEqual(items, []),
  },
];

testRows([...ENCODINGS, ...ROOTS, ...XML]);

Deno.test("X8: 65534 elements for one event are accepted, one more is not", () => {
  const verdict = (count: number) => verdictOn(withFilters(include("").repeat(count)), true);
  assert.equal(verdict(65_534).loads, true);
  assert.equal(verdict(65_535).loads, false);
});
