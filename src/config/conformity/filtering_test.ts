/** config-semantics 3.1 to 3.4 and 1.2 R6, R7: from EventFiltering to rules, in every schema version. */
import assert from "node:assert/strict";
import {
  EVENT_TAGS,
  eventsByTag,
  eventsOf,
  formatVersion,
  OPERATORS,
  SCHEMA_VERSIONS,
  type SchemaVersion,
} from "../../schema/mod.ts";
import type { Condition, Config } from "../model.ts";
import { type Row, testRows, testTogether, withConditions, withFilters } from "./testing.ts";

const include = (inner: string, tag = "FileCreate") =>
  `<${tag} onmatch="include">${inner}</${tag}>`;

function accepted(name: string, content: string, means: (config: Config) => void): Row {
  return { name, content, validating: "accepted", permissive: "accepted", means };
}

function conditionsOf(config: Config): Condition[] {
  return config.elements.flatMap(({ items }) => items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  );
}

const names = (config: Config) => conditionsOf(config).map(({ name }) => name);

const ELEMENTS: readonly Row[] = [
  accepted(
    "E1: all elements in document order",
    withFilters(
      include("", "ProcessCreate") + include("") + include("", "ProcessCreate"),
    ),
    ({ elements }) =>
      assert.deepEqual(elements.map(({ tag }) => tag), [
        "ProcessCreate",
        "FileCreate",
        "ProcessCreate",
      ]),
  ),
  accepted(
    "E2: several events, also of one tag, in one RuleGroup",
    withFilters(
      `<RuleGroup groupRelation="or" name="g">${include("<User>a</User>")}${
        include("<User>b</User>")
      }` +
        `${include("<User>c</User>", "ProcessCreate")}</RuleGroup>${include("<User>d</User>")}`,
    ),
    (config) => {
      assert.deepEqual(config.elements.map((e) => e.combination), ["or", "or", "or", "and"]);
      assert.deepEqual(names(config), ["g", "g", "g", undefined]);
    },
  ),
  ...([
    [`onmatch="include"`, "include"],
    [`onmatch="exclude"`, "exclude"],
    [`default="include"`, "exclude"],
    [`default="exclude"`, "include"],
  ] as const).map(([attribute, expected]) =>
    accepted(
      `E3: ${attribute} is ${expected}`,
      withFilters(`<FileCreate ${attribute}/>`),
      (config) => assert.equal(config.elements[0].onmatch, expected),
    )
  ),
  ...([
    ["RegistryEvent", "<TargetObject>a</TargetObject>", 12],
    ["RegistryEvent", "<User>a</User>", 12],
    ["RegistryEvent", "<Details>a</Details>", 13],
    ["RegistryEvent", "<User>a</User><Details>a</Details>", 13],
    ["RegistryEvent", "<NewName>a</NewName>", 14],
    ["RegistryEvent", `<Rule groupRelation="and"><NewName>a</NewName></Rule><User>b</User>`, 14],
    ["PipeEvent", "<PipeName>a</PipeName>", 17],
    ["WmiEvent", "<Name>a</Name>", 19],
    ["WmiEvent", "<Destination>a</Destination>", 20],
    ["WmiEvent", "<Consumer>a</Consumer>", 21],
    ["WmiEvent", "<Operation>a</Operation>", 19],
  ] as const).map(([tag, inner, id]) =>
    accepted(
      `E4: ${tag} with ${inner} is event ${id}`,
      withFilters(include(inner, tag)),
      (config) => assert.equal(config.elements[0].eventId, id),
    )
  ),
  {
    name: "E4: fields that no event of the series has together, one of them in a Rule",
    content: withFilters(
      include(
        `<Rule groupRelation="or"><Consumer>a</Consumer></Rule>\n<Query>b</Query>`,
        "WmiEvent",
      ),
    ),
    validating: ["3:2+5 error MON043"],
    permissive: ["3:2+5 warning MON043"],
    means: ({ elements }) => assert.deepEqual(elements, []),
  },
];

const CONDITIONS: readonly Row[] = [
  accepted(
    "E5: fields and Rules in document order",
    withConditions(
      `<User>a</User><Rule groupRelation="or"><User>b</User></Rule><Image>c</Image><User>d</User>`,
    ),
    (config) => assert.deepEqual(conditionsOf(config).map((c) => c.value), ["a", "b", "c", "d"]),
  ),
  {
    name: "E5: a Rule inside a Rule",
    content: withConditions(`<Rule groupRelation="or"><Rule/></Rule>`),
    validating: ["2:27+4 error MON037"],
    permissive: ["2:27+4 warning MON037"],
    means: ({ elements }) => assert.deepEqual(elements, []),
  },
  ...["", `condition=""`].map((attribute) =>
    accepted(
      `E6: <User ${attribute}> is 'is'`,
      withConditions(`<User ${attribute}>a</User>`),
      (c) => assert.equal(conditionsOf(c)[0].operator, "is"),
    )
  ),
  ...OPERATORS.flatMap((operator) =>
    [operator, operator.toUpperCase()].map((text) =>
      accepted(
        `E6, O4, O5: the condition '${text}', in the oldest version, too`,
        withConditions(`<Image condition="${text}">a</Image>`, "4.0"),
        (config) => assert.equal(conditionsOf(config)[0].operator, operator),
      )
    )
  ),
  ...[" is", "is ", "begins with", "ends with", "LessThan", "contain"].map((text): Row => ({
    name: `E6, O4: the condition '${text}' is unknown`,
    content: withConditions(`<User condition="${text}">a</User>`),
    validating: [`2:18+${text.length} error MON044`],
    permissive: [`2:18+${text.length} warning MON044`],
    means: (config) => assert.deepEqual(conditionsOf(config), []),
  })),
  accepted(
    "E7: its own name, else its Rule's, else its group's",
    withFilters(
      `<RuleGroup groupRelation="or" name="g">` + include(
        `<User name="f">a</User><User>a</User>` +
          `<Rule groupRelation="or" name="r"><User name="f">a</User><User>a</User></Rule>` +
          `<Rule groupRelation="or"><User>a</User></Rule>`,
      ) + `</RuleGroup>`,
    ),
    (config) => assert.deepEqual(names(config), ["f", "g", "f", "r", "g"]),
  ),
  {
    name: "E7: an empty name",
    content: withFilters(
      `<RuleGroup groupRelation="or" name="g">` + include(
        `<User name="">a</User><Rule groupRelation="or" name=""><User>a</User></Rule>`,
      ) +
        `</RuleGroup><RuleGroup groupRelation="or" name="">${
          include("<User>a</User>")
        }</RuleGroup>`,
    ),
    validating: "accepted",
    permissive: "accepted",
    means: (config, permissive) =>
      assert.deepEqual(names(config), permissive ? ["g", "g", undefined] : ["", "", undefined]),
  },
  accepted(
    "E8: any character in a name",
    withConditions(`<User name="technique_id=T1059,technique_name=A &amp; 物見; *">a</User>`),
    (config) => assert.deepEqual(names(config), ["technique_id=T1059,technique_name=A & 物見; *"]),
  ),
];

const COMBINATIONS: readonly Row[] = [
  ...([["4.0", "or"], ["4.1", "or"], ["4.10", "or"], ["4.11", "and"], ["4.2", "and"]] as const).map(
    (
      [version, expected],
    ) =>
      accepted(
        `E9, R7: outside of a RuleGroup schema ${version} combines with ${expected}`,
        withFilters(include("<Image>a</Image>"), version),
        ({ elements: [element] }) => assert.equal(element.combination, expected),
      ),
  ),
  ...["4.0", "4.90"].flatMap((version) =>
    ["and", "or"].map((relation) =>
      accepted(
        `E9: a RuleGroup with ${relation} in schema ${version}`,
        withFilters(`<RuleGroup groupRelation="${relation}">${include("")}</RuleGroup>`, version),
        ({ elements: [element] }) => assert.equal(element.combination, relation),
      )
    )
  ),
  ...["", `groupRelation=""`].map((attribute) =>
    accepted(
      `E10, E11, Q8: <Rule ${attribute}> in an and group is or`,
      withFilters(
        `<RuleGroup groupRelation="and">${
          include(`<Rule ${attribute}><User>a</User></Rule>`)
        }</RuleGroup>`,
      ),
      ({ elements: [{ items: [rule] }] }) =>
        assert.equal(rule.kind === "rule" && rule.combination, "or"),
    )
  ),
  accepted(
    "E12, E13: values keep their case",
    withConditions("<User>RooT</User>"),
    (config) => assert.equal(conditionsOf(config)[0].value, "RooT"),
  ),
];

/** What one schema version has, by tag. */
function fieldsByTag(version: SchemaVersion): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const { tag, fields } of eventsOf(version)) {
    if (tag === null) continue;
    const names = known.get(tag) ?? new Set();
    for (const { name } of fields) names.add(name);
    known.set(tag, names);
  }
  return known;
}

const FIRST_RULE_NAME = 410;

/** Versions whose contents both platforms share and that a configuration can name. */
const SHARED_VERSIONS = SCHEMA_VERSIONS
  .filter(({ number, platform }) => number >= 400 && platform === null);

/** Each event and each field of today in one schema version. */
function rowsOf(version: SchemaVersion): Row[] {
  const known = fieldsByTag(version);
  const { text } = version;
  return EVENT_TAGS.flatMap((tag): Row[] => {
    const fields = known.get(tag);
    if (fields === undefined) {
      return [{
        name: `R6: ${tag} in schema ${version.name}`,
        content: withFilters(include("", tag), text),
        validating: [`2:2+${tag.length} error MON036`],
        permissive: "accepted",
      }];
    }
    const all = [
      ...new Set(eventsByTag(tag).flatMap((event) => event.fields.map((f) => f.name))),
    ];
    return all.map((field): Row => ({
      name: `R6: ${tag} ${field} in schema ${version.name}`,
      content: withFilters(include(`<${field}>a</${field}>`, tag), text),
      validating: fields.has(field)
        ? "accepted"
        : [`2:${tag.length + 22}+${field.length} error MON042`],
      permissive: "accepted",
    }));
  });
}

/** N1: 4.90 and 4.91 have the events of both platforms; `--target` tells which has which. */
const NEWEST: readonly Row[] = ["4.90", "4.91"].flatMap((version) =>
  EVENT_TAGS.map((tag) =>
    accepted(`N1: ${tag} in schema ${version}`, withFilters(include("", tag), version), () => {})
  )
);

/** R6: versions that never were take the schema before them. */
const BETWEEN: readonly Row[] = [
  ...([["4.05", 400], ["4.25", 423], ["4.79", 470], ["4.85", 482]] as const).map((
    [version, validatedAs],
  ): Row => {
    const isKnown = validatedAs >= FIRST_RULE_NAME;
    const field = "<RuleName>a</RuleName>";
    return {
      name: `R6: ${version} is validated as ${formatVersion(validatedAs)}`,
      content: withFilters(include(field, "ProcessCreate"), version),
      validating: isKnown ? "accepted" : ["2:35+8 error MON042"],
      permissive: "accepted",
    };
  }),
  {
    name: "R6: 4.25 has no FileDelete",
    content: withFilters(include("", "FileDelete"), "4.25"),
    validating: ["2:2+10 error MON036"],
    permissive: "accepted",
  },
];

testRows([...ELEMENTS, ...CONDITIONS, ...COMBINATIONS, ...BETWEEN]);
for (const version of SHARED_VERSIONS) {
  testTogether(`R6, R7: every event and field in schema ${version.text}`, rowsOf(version));
}
testTogether("N1: the events of both platforms in 4.90 and 4.91", NEWEST);
