/** Every row of the table in config-semantics 1.4. */
import assert from "node:assert/strict";
import type { Config } from "../model.ts";
import { type Row, testRows, withConditions, withEntries, withFilters } from "./testing.ts";

const include = (inner: string, tag = "FileCreate") =>
  `<${tag} onmatch="include">${inner}</${tag}>`;
const tags = (config: Config) => config.elements.map((element) => element.tag);

const STRUCTURE: readonly Row[] = [
  {
    name: "1.4: not well-formed",
    content: withFilters(`<FileCreate onmatch="include">`),
    validating: ["3:3+14 error MON010"],
    permissive: ["3:3+14 error MON010"],
  },
  {
    name: "1.4: an unknown element under Sysmon (Q22 mended: later entries count)",
    content: withEntries("<Bogus/><HashAlgorithms>md5</HashAlgorithms>"),
    validating: ["2:2+5 error MON030"],
    permissive: ["2:2+5 warning MON030"],
    means: ({ options }) => assert.deepEqual([...options.hashAlgorithms], ["MD5"]),
  },
  ...([
    [
      "the root",
      `<Sysmon schemaversion="4.90"\nxmlns="a"><EventFiltering/></Sysmon>`,
      "2:1+5",
    ],
    ["EventFiltering", `<Sysmon schemaversion="4.90"><EventFiltering\na="b"/></Sysmon>`, "2:1+1"],
    ["a RuleGroup", withFilters(`<RuleGroup groupRelation="or" id="1"/>`), "2:31+2"],
    ["an event element", withFilters(`<FileCreate onmatch="include" name="a"/>`), "2:31+4"],
    ["a Rule", withConditions(`<Rule groupRelation="or" a="b"><User>a</User></Rule>`), "2:26+1"],
    ["a field", withConditions(`<User Condition="is">a</User>`), "2:7+9"],
    ["an entry", withEntries(`<DnsLookup a="b">true</DnsLookup>`), "2:12+1"],
  ] as const).map(([where, content, place]): Row => ({
    name: `1.4: an unknown attribute of ${where}`,
    content,
    validating: [`${place} error MON031`],
    permissive: [`${place} warning MON031`],
  })),
  {
    name: "1.4: an unknown event",
    content: withFilters(`<FileCreated onmatch="include"/>${include("")}`),
    validating: ["2:2+11 error MON035"],
    permissive: ["2:2+11 warning MON035"],
    means: (config) => assert.deepEqual(tags(config), ["FileCreate"]),
  },
  {
    name: "1.4: an event of wrong case",
    content: withFilters(`<filecreate onmatch="include"/>`),
    validating: ["2:2+10 error MON035"],
    permissive: ["2:2+10 warning MON035"],
    means: (config) => assert.deepEqual(tags(config), []),
  },
  {
    name: "1.4: an event inside an unknown wrapper",
    content: withFilters(
      `<RuleGroup groupRelation="or"><Wrapper>${include("")}</Wrapper></RuleGroup>`,
    ),
    validating: ["2:32+7 error MON035"],
    permissive: ["2:32+7 warning MON035"],
    means: ({ elements: [element] }) => assert.equal(element.combination, "and"),
  },
  {
    name: "1.4: a RuleGroup inside a RuleGroup",
    content: withFilters(
      `<RuleGroup groupRelation="and" name="a"><RuleGroup groupRelation="or" name="b">` +
        `${include("")}</RuleGroup></RuleGroup>`,
    ),
    validating: ["2:42+9 error MON037"],
    permissive: ["2:42+9 warning MON037"],
    means: ({ elements: [{ combination, groupName }] }) =>
      assert.deepEqual([combination, groupName?.text], ["or", "b"]),
  },
  ...([
    ["EventFiltering", withFilters(`some text${include("")}`), "2:1+9"],
    [
      "a RuleGroup",
      withFilters(`<RuleGroup groupRelation="or">text${include("")}</RuleGroup>`),
      "2:31+4",
    ],
    ["an event element", withConditions(`<User>a</User> text`), "2:16+4"],
    ["a Rule", withConditions(`<Rule groupRelation="or">text<User>a</User></Rule>`), "2:26+4"],
    ["Sysmon", withEntries("text"), "2:1+4"],
  ] as const).map(([where, content, place]): Row => ({
    name: `1.4: text directly inside ${where}`,
    content,
    validating: [`${place} error MON032`],
    permissive: [`${place} warning MON032`],
  })),
];

const MATCHES: readonly Row[] = [
  {
    name: "1.4: neither onmatch nor default",
    content: withFilters(`<FileCreate><User>a</User></FileCreate>`),
    validating: ["2:2+10 warning MON039"],
    permissive: ["2:2+10 warning MON039"],
    means: (config) => assert.deepEqual(tags(config), []),
  },
  {
    name: "1.4: both onmatch and default",
    content: withFilters(`<FileCreate onmatch="include" default="exclude"/>`),
    validating: ["2:31+7 warning MON040"],
    permissive: ["2:31+7 warning MON040"],
    means: (config) => assert.deepEqual(tags(config), []),
  },
  ...["onmatch", "default"].flatMap((attribute) =>
    ["", "all", "includes"].flatMap((value) =>
      ([["ProcessCreate", "exclude"], ["FileCreate", "include"]] as const).map((
        [tag, action],
      ): Row => {
        const place = `2:${tag.length + attribute.length + 5}+${Math.max(1, value.length)}`;
        return {
          name: `1.4: ${attribute}="${value}" is the default of ${tag}`,
          content: withFilters(`<${tag} ${attribute}="${value}"/>`),
          validating: [`${place} error MON038`],
          permissive: [`${place} warning MON038`],
          means: ({ elements: [element] }) => assert.equal(element.onmatch, action),
        };
      })
    )
  ),
  ...([["4.1", "or"], ["4.90", "and"]] as const).map(([version, combination]): Row => ({
    name: `1.4: a RuleGroup without groupRelation, schema ${version}`,
    content: withFilters(`<RuleGroup>${include("")}</RuleGroup>`, version),
    validating: ["2:2+9 error MON033"],
    permissive: ["2:2+9 warning MON033"],
    means: ({ elements: [element] }) => assert.equal(element.combination, combination),
  })),
  {
    name: "1.4: groupRelation of a RuleGroup neither and nor or",
    content: withFilters(`<RuleGroup groupRelation="nor">${include("")}</RuleGroup>`),
    validating: ["2:27+3 error MON034"],
    permissive: ["2:27+3 warning MON034"],
    means: ({ elements: [element] }) => assert.equal(element.combination, "and"),
  },
  {
    name: "1.4: groupRelation of a Rule neither and nor or",
    content: withConditions(`<Rule groupRelation="nor"><User>a</User></Rule>`),
    validating: ["2:22+3 warning MON034"],
    permissive: ["2:22+3 warning MON034"],
    means: ({ elements: [{ items: [rule] }] }) =>
      assert.equal(rule.kind === "rule" && rule.combination, "and"),
  },
];

const LONG_NAME = "n".repeat(256);

const CONDITIONS: readonly Row[] = [
  {
    name: "1.4: an unknown field (Q11 mended: only its own element is dropped)",
    content: withFilters(
      include("<Usr>a</Usr>") + include("<User>a</User>") + include("", "ProcessCreate"),
    ),
    validating: ["2:32+3 error MON041"],
    permissive: ["2:32+3 warning MON041"],
    means: (config) => assert.deepEqual(tags(config), ["FileCreate", "ProcessCreate"]),
  },
  {
    name: "1.4: an unknown field inside a Rule",
    content: withConditions(`<Rule groupRelation="and"><Usr>a</Usr></Rule>`),
    validating: ["2:28+3 error MON041"],
    permissive: ["2:28+3 warning MON041"],
    means: (config) => assert.deepEqual(tags(config), []),
  },
  {
    name: "1.4: another event's field inside a Rule (validating deviates: refused)",
    content: withConditions(`<Rule groupRelation="and"><QueryName>a</QueryName></Rule>`),
    validating: ["2:28+9 error MON041"],
    permissive: ["2:28+9 warning MON041"],
  },
  {
    name: "1.4, Q26: an unknown condition (validating as Windows: refused)",
    content: withConditions(`<User condition="begins with">a</User><Image>b</Image>`),
    validating: ["2:18+11 error MON044"],
    permissive: ["2:18+11 warning MON044"],
    means: ({ elements: [{ items }] }) => assert.equal(items.length, 1),
  },
  {
    name: "1.4: an unknown condition ends its Rule",
    content: withConditions(
      `<Rule groupRelation="and"><User>a</User><User condition="like">b</User><User>c</User></Rule>`,
    ),
    validating: ["2:58+4 error MON044"],
    permissive: ["2:58+4 warning MON044"],
    means: ({ elements: [{ items: [rule] }] }) =>
      assert.equal(rule.kind === "rule" && rule.conditions.length, 1),
  },
  ...([
    ["a condition", withConditions(`<User name="${LONG_NAME}">a</User>`), "2:13"],
    [
      "a Rule",
      withConditions(`<Rule groupRelation="or" name="${LONG_NAME}"><User>a</User></Rule>`),
      "2:32",
    ],
    [
      "a RuleGroup",
      withFilters(
        `<RuleGroup groupRelation="or" name="${LONG_NAME}">${
          include("<User>a</User>")
        }</RuleGroup>`,
      ),
      "2:37",
    ],
  ] as const).map(([where, content, place]): Row => ({
    name: `1.4: a name of 256 bytes on ${where} (validating as Windows: refused)`,
    content,
    validating: [`${place}+256 error MON046`],
    permissive: [`${place}+256 warning MON046`],
    means: ({ elements: [{ items }] }) => assert.deepEqual(items, []),
  })),
  {
    name: "1.4: RegistryEvent with both Details and NewName",
    content: withFilters(
      include("<Details>a</Details>\n<NewName>b</NewName>", "RegistryEvent") +
        include("<Details>a</Details>", "RegistryEvent"),
    ),
    validating: ["3:2+7 error MON043"],
    permissive: ["3:2+7 warning MON043"],
    means: (config) => assert.deepEqual(tags(config), ["RegistryEvent"]),
  },
];

const REST: readonly Row[] = [
  {
    name: "1.4: a repeated entry",
    content: withEntries("<DnsLookup>true</DnsLookup>\n<DnsLookup>false</DnsLookup>"),
    validating: ["3:2+9 warning MON066"],
    permissive: ["3:2+9 warning MON066"],
    means: ({ options }) => assert.equal(options.dnsLookup, false),
  },
  {
    name: "1.4: several EventFiltering elements",
    content: `<Sysmon schemaversion="4.90">${
      `<EventFiltering>${include("")}</EventFiltering>`.repeat(2)
    }</Sysmon>`,
    validating: "accepted",
    permissive: "accepted",
    means: (config) => assert.deepEqual(tags(config), ["FileCreate", "FileCreate"]),
  },
  {
    name: "1.4: no EventFiltering",
    content: withEntries(""),
    validating: "accepted",
    permissive: "accepted",
    means: (config) => assert.deepEqual(tags(config), []),
  },
  {
    name: "1.4: an empty EventFiltering",
    content: withFilters(""),
    validating: "accepted",
    permissive: "accepted",
  },
  ...["<Rule/>", `<Rule groupRelation="and"></Rule>`].map((rule): Row => ({
    name: `1.4: ${rule} contributes nothing`,
    content: withConditions(`${rule}<User>a</User>`),
    validating: ["2:2+4 warning MON048"],
    permissive: ["2:2+4 warning MON048"],
    means: ({ elements: [{ items }] }) => assert.equal(items.length, 1),
  })),
  ...([
    ["HashAlgorithms", "md5,sha3", "2:21+4", "MON060"],
    ["FieldSizes", "Image:10,Imag:9", "2:22+4", "MON063"],
    ["ArchiveDirectory", "a\\b", "2:20+1", "MON062"],
  ] as const).map(([name, value, place, code]): Row => ({
    name: `1.4: a bad value of ${name}`,
    content: withEntries(`<${name}>${value}</${name}>`),
    validating: [`${place} error ${code}`],
    permissive: [`${place} error ${code}`],
  })),
];

testRows([...STRUCTURE, ...MATCHES, ...CONDITIONS, ...REST]);
