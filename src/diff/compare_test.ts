import assert from "node:assert/strict";
import type { Condition, Config, EventElement, RuleNode } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import { failsWithoutData } from "../rules/compile.ts";
import { compileRules } from "../rules/mod.ts";
import { randomConfig, randomEvent, valuesOf } from "../rules/random_rules.ts";
import { Random, seedOfThisRun } from "../testing/random.ts";
import { filtering, loadText } from "../rules/testing.ts";
import { hasNoData } from "../rules/text.ts";
import { compareConfigs, isDifferent } from "./compare.ts";
import { renderDifference } from "./text.ts";

/** What is printed below the file names, with one space where there are several. */
function told(before: Config, after: Config): string[] {
  const difference = compareConfigs(before, after);
  const lines = renderDifference(difference, {}).split("\n").slice(2).filter((line) => line !== "");
  assert.equal(isDifferent(difference), lines.at(-1) !== "no difference in effect");
  return lines.map((line) => line.trim().replaceAll(/ +/g, " "));
}

function same(before: string, after: string): void {
  assert.deepEqual(told(filtering(before), filtering(after)), ["no difference in effect"]);
}

function or(inside: string): string {
  return `<RuleGroup groupRelation="or">${inside}</RuleGroup>`;
}

const PC = (onmatch: string, inside: string) =>
  `<ProcessCreate onmatch="${onmatch}">${inside}</ProcessCreate>`;
const image = (value: string, condition = "is", name = "") =>
  `<Image condition="${condition}"${name && ` name="${name}"`}>${value}</Image>`;

Deno.test("other spellings of one effect are no difference", () => {
  const a = image("a");
  const b = image("b");
  same(PC("exclude", ""), "");
  same("", `<FileCreate onmatch="include"/>`);
  same(`<FileCreate onmatch="include"/>`, `<FileCreate onmatch="exclude"/>`.repeat(2));
  same(or(PC("include", a + b)), or(PC("include", b + a)));
  same(or(PC("include", a + b)), or(PC("include", a)) + or(PC("include", b)));
  same(or(PC("include", a + b)), or(PC("include", image("B;a", "is any"))));
  same(or(PC("include", a + b)), or(PC("include", `<Rule groupRelation="or">${a}${b}</Rule>`)));
  same(
    PC("include", `${a}<User>u</User>`),
    or(
      PC("include", `<Rule groupRelation="and"><User>U</User>${a}</Rule>`),
    ),
  );
  same(PC("include", image("a;b", "contains any")), PC("include", image("b;a", "contains any")));
  same(or(PC("include", image("", "is") + a)), or(PC("include", a + a)));
  same(
    or(PC("include", image("a", "is", "n") + image("b", "is", "m"))),
    or(PC("include", image("b", "is", "m") + image("a", "is", "n"))),
  );
  same(PC("include", image("c:\\x", "image")), PC("include", image("C:\\X")));
});

Deno.test("where one condition is enough, the others' names do not count", () => {
  const either =
    `<Image condition="contains all"></Image><User condition="not begin with">b</User>`;
  const rest = `<User condition="contains all" name="n1"></User>` +
    `<ParentUser condition="is not" name="n3">x</ParentUser>${image("", "is not", "n4")}`;
  const together = (text: string) =>
    filtering(`<RuleGroup groupRelation="and">${PC("include", text)}</RuleGroup>`);
  const rule = `<Rule groupRelation="or">${either}</Rule>`;
  assert.match(
    told(together(rule + rest), together(either + rest)).at(-1)!,
    /^different in effect: 1 renamed/,
  );
});

Deno.test("a list whose order decides about variables is one whole", () => {
  const list = (value: string) => PC("include", image(value, "contains any"));
  same(list("%a%\\x;%b%"), list("%B%;%a%\\x"));
  same(list("%;a"), list("a;%"));
  const difference = told(filtering(list("%;%a%")), filtering(list("%a%;%")));
  assert.match(difference.at(-1)!, /^different in effect/);
});

Deno.test("comments, groups and places are no difference; a schema version is a note", () => {
  const before = loadText(
    `<Sysmon schemaversion="4.90"><EventFiltering><!-- x --><ProcessCreate onmatch="include">` +
      `<Image>a</Image></ProcessCreate></EventFiltering></Sysmon>`,
  );
  const after = loadText(
    `<Sysmon schemaversion="4.50"><HashAlgorithms>sha256</HashAlgorithms>\n<EventFiltering>` +
      or(PC("include", image("A"))) + `</EventFiltering></Sysmon>`,
  );
  const lines = told(before, after);
  assert.match(lines[0], /^note: the schema version/);
  assert.equal(lines.at(-1), "no difference in effect");
});

Deno.test("options, with what is in force where nothing is said", () => {
  const config = (options: string) => loadText(`<Sysmon schemaversion="4.90">${options}</Sysmon>`);
  assert.deepEqual(
    told(
      config("<HashAlgorithms>SHA256</HashAlgorithms><FieldSizes>Image:9</FieldSizes>"),
      config("\n<HashAlgorithms>md5,SHA1</HashAlgorithms><DnsLookup>false</DnsLookup>"),
    ),
    [
      "options",
      "~ 1 2 HashAlgorithms 'SHA256' -> 'MD5,SHA1'",
      "~ 2 DnsLookup 'on' -> 'off'",
      "~ 1 FieldSizes 'Image:9' -> 'not set'",
      "different in effect: 3 options",
    ],
  );
});

Deno.test("added, removed, changed and renamed rules", () => {
  const before = filtering(or(`
    ${
    PC(
      "include",
      `
      ${image("\\removed.exe", "end with", "R")}
      ${image("a;b;c", "is any", "list")}
      ${image("\\same.exe", "end with", "old")}
      <Rule groupRelation="and" name="T">${image("\\cmd.exe", "end with")}
        <CommandLine condition="contains">/c</CommandLine></Rule>`,
    )
  }`));
  const after = filtering(or(`
    ${
    PC(
      "include",
      `
      <User>added</User>
      ${image("c;d;a;b", "is any", "list")}
      ${image("\\same.exe", "end with", "new")}
      <Rule groupRelation="and" name="T">${image("\\cmd.exe", "end with")}
        <CommandLine condition="contains">/k</CommandLine></Rule>`,
    )
  }`));
  assert.deepEqual(told(before, after), [
    "ProcessCreate (1)",
    "- 3 include Image end with '\\removed.exe' [R]",
    "+ 3 include User is 'added'",
    "+ 4 include Image is any … 'd' [list]",
    "~ 6 6 include",
    "- all of: Image end with '\\cmd.exe'; CommandLine contains '/c' [T]",
    "+ all of: Image end with '\\cmd.exe'; CommandLine contains '/k' [T]",
    "= 5 5 RuleName 'old' -> 'new': Image end with '\\same.exe'",
    "different in effect: 1 removed, 2 added, 1 changed, 1 renamed (ProcessCreate)",
  ]);
});

Deno.test("another default is told, whatever the rules", () => {
  assert.deepEqual(told(filtering(""), filtering(or(PC("include", image("a"))))), [
    "ProcessCreate (1)",
    "! was always logged (the default), now logged when included",
    "+ 1 include Image is 'a'",
    "different in effect: 1 added, 1 with another default (ProcessCreate)",
  ]);
  assert.deepEqual(
    told(
      filtering(or(PC("exclude", image("a")))),
      filtering(or(PC("exclude", image("a"))) + or(PC("exclude", image("b")))),
    ),
    [
      "ProcessCreate (1)",
      "! was logged unless excluded, now never logged",
      "- 1 exclude Image is 'a'",
      "different in effect: 1 removed, 1 with another default (ProcessCreate)",
    ],
  );
});

Deno.test("another order is told where an event may match both and get another name", () => {
  const one = image("a", "begin with", "n");
  const two = image("b", "end with", "m");
  assert.deepEqual(
    told(filtering(or(PC("include", one + two))), filtering(or(PC("include", two + one)))),
    [
      "ProcessCreate (1)",
      "^ 1 1 order: what also matches line 1 (Image end with 'b') was 'n', is 'm': Image begin with 'a'",
      "different in effect: 1 moved (ProcessCreate)",
    ],
  );
  const unnamed = image("b", "end with", "n");
  same(or(PC("include", one + unnamed)), or(PC("include", unnamed + one)));
  // Elements are tried from the last to the first.
  same(or(PC("include", one + two)), or(PC("include", two)) + or(PC("include", one)));
});

Deno.test("names in excludes have no effect, conditions of all kinds have", () => {
  same(or(PC("exclude", image("a", "is", "n"))), or(PC("exclude", image("a", "is", "m"))));
  for (const other of ["is not", "contains", "image", "less than"]) {
    const lines = told(
      filtering(PC("include", image("a"))),
      filtering(PC("include", image("a", other))),
    );
    assert.equal(lines.at(-1), "different in effect: 1 changed (ProcessCreate)", other);
  }
});

/** Fields that have a type have data: without it order matters (V16), which the form leaves out. */
function complete(event: Event, random: Random): Event {
  for (const field of event.definition.fields) {
    if (!hasNoData(event.values[field.index]) || !failsWithoutData(field)) continue;
    event.values[field.index] = field.type === "boolean" ? random.chance(50) : "1";
  }
  return event;
}

type Node = Condition | RuleNode;

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items.map((item) => [random.below(1000), item] as const)
    .toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

function mutateCondition(random: Random, condition: Condition): Condition {
  const items = condition.value.split(";");
  switch (random.below(12)) {
    case 0:
      return { ...condition, value: shuffled(random, items).join(";") };
    case 1:
      return { ...condition, value: condition.value.toUpperCase() };
    case 2:
      return { ...condition, value: `${condition.value};${items[0]}` };
    case 3:
      return condition.operator === "is" ? { ...condition, operator: "is any" } : condition;
    case 4:
      return { ...condition, name: random.of(["n1", "n2", undefined]) };
    default:
      return condition;
  }
}

function mutateNode(random: Random, node: Node): Node[] {
  if (node.kind === "condition") return [mutateCondition(random, node)];
  switch (random.below(4)) {
    case 0:
      return [{ ...node, conditions: shuffled(random, node.conditions) }];
    case 1:
      return node.combination === "or" ? [...node.conditions] : [node];
    case 2:
      return [{ ...node, conditions: node.conditions.map((c) => mutateCondition(random, c)) }];
    default:
      return [node];
  }
}

function mutateElement(random: Random, element: EventElement): EventElement[] {
  const { items } = element;
  switch (random.below(6)) {
    case 0:
      return [{ ...element, items: shuffled(random, items) }];
    case 1: {
      const cut = random.below(items.length + 1);
      return [{ ...element, items: items.slice(cut) }, { ...element, items: items.slice(0, cut) }];
    }
    case 2:
      return [{ ...element, items: items.flatMap((item) => mutateNode(random, item)) }];
    case 3:
      return items.length === 0 ? [] : [element];
    case 4:
      return [{ ...element, combination: random.of(["and", "or"]) }];
    default:
      return [element];
  }
}

function mutate(random: Random, config: Config): Config {
  const elements = config.elements.flatMap((element) => mutateElement(random, element));
  return { ...config, elements: random.chance(20) ? shuffled(random, elements) : elements };
}

const ORIGINS = [
  { computer: "linux.example", system: "linux" },
  { computer: "windows.example", system: "windows" },
] as const;

Deno.test("what is no difference is none for random events, and mutations are found out", () => {
  const { options } = loadText(`<Sysmon schemaversion="4.90"/>`);
  const firstSeed = seedOfThisRun();
  const counts = { same: 0, told: 0, really: 0 };
  for (let seed = firstSeed; seed < firstSeed + 8000; seed++) {
    const random = new Random(seed);
    const before = { ...randomConfig(random), options };
    const after = mutate(random, before);
    if (JSON.stringify(before.elements) === JSON.stringify(after.elements)) continue;
    const isTold = isDifferent(compareConfigs(before, after));
    const rules = [compileRules(before), compileRules(after)];
    const used = [...valuesOf(before), ...valuesOf(after)];
    let really = false;
    for (let i = 0; i < 40 && !really; i++) {
      const event = { ...complete(randomEvent(random, used), random), origin: random.of(ORIGINS) };
      const [a, b] = rules.map((set) => set.evaluate(event));
      really = a !== b;
      assert.ok(
        isTold || !really,
        `seed ${seed}: ${a} became ${b} for ${event.definition.id} ${JSON.stringify(event.values)}`,
      );
    }
    counts[isTold ? "told" : "same"]++;
    if (really) counts.really++;
  }
  // The samples must be of all kinds, or the comparison says nothing.
  for (const [kind, count] of Object.entries(counts)) assert.ok(count > 500, `${kind}: ${count}`);
});
