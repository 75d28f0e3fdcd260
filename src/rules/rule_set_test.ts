import assert from "node:assert/strict";
import { EVENTS } from "../schema/events.ts";
import { compileRules } from "./mod.ts";
import { filtering, makeEvent } from "./testing.ts";

const include = (tag: string, inner: string) => `<${tag} onmatch="include">${inner}</${tag}>`;
const exclude = (tag: string, inner: string) => `<${tag} onmatch="exclude">${inner}</${tag}>`;

function wanted(xml: string): number[] {
  const rules = compileRules(filtering(xml));
  return EVENTS.map((event) => event.id).filter((id) => rules.wants(id));
}

Deno.test("V1, V3: without elements 1 and 5 are logged, 4, 16 and 255 always", () => {
  assert.deepEqual(wanted(""), [1, 4, 5, 16, 255]);
  const rules = compileRules(undefined);
  assert.equal(rules.evaluate(makeEvent(1, { Image: "/bin/ls" })), "-");
  assert.equal(rules.evaluate(makeEvent(11, {})), undefined);
  assert.equal(rules.evaluate(makeEvent(255, {})), "-");
});

Deno.test("an empty include wants nothing, an empty exclude everything", () => {
  assert.deepEqual(wanted(include("ProcessCreate", "") + exclude("FileCreate", "")), [
    4,
    5,
    11,
    16,
    255,
  ]);
});

Deno.test("two excludes want nothing", () => {
  const one = exclude("FileCreate", "<Image>a</Image>");
  assert.ok(wanted(one).includes(11));
  assert.ok(!wanted(one + one).includes(11));
});

Deno.test("conditions that never match want nothing", () => {
  assert.ok(!wanted(include("FileCreate", `<Image condition="is"></Image>`)).includes(11));
  assert.ok(
    !wanted(include("FileCreate", `<Image>a</Image><User condition="is any">;</User>`))
      .includes(11),
  );
  assert.ok(wanted(include("FileCreate", `<Image condition="contains"></Image>`)).includes(11));
});

Deno.test("V13: an element wants only the events of its series that can match it", () => {
  const ids = wanted(include("RegistryEvent", "<Details>x</Details>"));
  assert.deepEqual(ids.filter((id) => id >= 12 && id <= 14), [13]);
});

Deno.test("reads tells which fields conditions look at", () => {
  const rules = compileRules(filtering(
    include("ProcessCreate", `<Hashes condition="contains">ab</Hashes>`) +
      include("FileDelete", `<Rule groupRelation="and"><Image condition="image">a</Image></Rule>`) +
      include("WmiEvent", "<Name>u</Name>"),
  ));
  assert.ok(rules.reads(1, "Hashes"));
  assert.ok(!rules.reads(1, "Image"));
  assert.ok(rules.reads(23, "Image"));
  assert.ok(!rules.reads(23, "Hashes"));
  assert.ok(rules.reads(19, "Name"));
  assert.ok(!rules.reads(20, "Name"));
  assert.ok(!rules.reads(77, "Name"));
});

Deno.test("V15: a field without data is compared as -", () => {
  const rules = compileRules(filtering(include("ProcessCreate", "<User>-</User>")));
  assert.equal(rules.evaluate(makeEvent(1, {})), "-");
  assert.equal(rules.evaluate(makeEvent(1, { User: "" })), "-");
  assert.equal(rules.evaluate(makeEvent(1, { User: "root" })), undefined);
});

Deno.test("V16: a typed field without data fails the element, evaluation goes on", () => {
  const xml = `<RuleGroup groupRelation="or">
    ${exclude("ProcessCreate", `<ProcessId condition="is not">5</ProcessId><Image>a</Image>`)}
    ${include("ProcessCreate", `<Image name="I">a</Image>`)}</RuleGroup>`;
  const rules = compileRules(filtering(xml));
  assert.equal(rules.evaluate(makeEvent(1, { Image: "a" })), "I");
  assert.equal(rules.evaluate(makeEvent(1, { Image: "a", ProcessId: 7 })), undefined);
});

Deno.test("V16 asks about the field, not about the part that image looks at", () => {
  const rules = compileRules(filtering(
    include("ProcessCreate", `<LogonId condition="image">-</LogonId>`),
  ));
  assert.equal(rules.evaluate(makeEvent(1, { LogonId: "0/-" })), "-");
  assert.equal(rules.evaluate(makeEvent(1, {})), undefined);
});

Deno.test("5.3: IsExecutable without data is the text -", () => {
  const rules = compileRules(
    filtering(include("FileDelete", "<IsExecutable>-</IsExecutable>")),
  );
  assert.equal(rules.evaluate(makeEvent(23, {})), "-");
  assert.equal(rules.evaluate(makeEvent(23, { IsExecutable: true })), undefined);
});

Deno.test("V17: conditions see RuleName as -, whatever the event holds", () => {
  const rules = compileRules(filtering(
    `<RuleGroup groupRelation="or">${
      include("ProcessCreate", `<RuleName name="N">-</RuleName>`)
    }</RuleGroup>`,
  ));
  const event = makeEvent(1, { RuleName: "old" });
  assert.equal(rules.evaluate(event), "N");
  assert.equal(event.values[0], "old");
});

Deno.test("numbers and booleans are compared as text", () => {
  const rules = compileRules(filtering(include(
    "NetworkConnect",
    `<DestinationPort condition="begin with">44</DestinationPort><Initiated>TRUE</Initiated>`,
  )));
  assert.equal(rules.evaluate(makeEvent(3, { DestinationPort: 443, Initiated: true })), "-");
  assert.equal(rules.evaluate(makeEvent(3, { DestinationPort: 443, Initiated: false })), undefined);
  assert.equal(rules.evaluate(makeEvent(3, { DestinationPort: 80, Initiated: true })), undefined);
});

Deno.test("E7: an empty name hides the outer one", () => {
  const rules = compileRules(filtering(
    `<RuleGroup groupRelation="or" name="G">${
      include("ProcessCreate", `<Image name="">a</Image><Image>b</Image>`)
    }</RuleGroup>`,
  ));
  assert.equal(rules.evaluate(makeEvent(1, { Image: "a" })), "-");
  assert.equal(rules.evaluate(makeEvent(1, { Image: "b" })), "G");
});

Deno.test("the first matching condition of a pool names the event", () => {
  const conditions = ["a", "b", "c", "d", "b"]
    .map((value, i) => `<Image name="${i}">${value}</Image>`)
    .join("");
  const rules = compileRules(filtering(
    `<RuleGroup groupRelation="or">${
      include(
        "ProcessCreate",
        `<Image condition="begin with" name="early">cc</Image>${conditions}` +
          `<Image condition="contains" name="late">b</Image>`,
      )
    }</RuleGroup>`,
  ));
  const nameOf = (image: string) => rules.evaluate(makeEvent(1, { Image: image }));
  assert.equal(nameOf("b"), "1");
  assert.equal(nameOf("ccb"), "early");
  assert.equal(nameOf("xb"), "late");
  assert.equal(nameOf("e"), undefined);
});

Deno.test("of two pools that match, the condition that stands first names the event", () => {
  const conditions = [1, 2, 3, 4]
    .map((i) => `<Image name="image ${i}">i${i}</Image><User name="user ${i}">u${i}</User>`)
    .join("");
  const rules = compileRules(filtering(
    `<RuleGroup groupRelation="or">${include("ProcessCreate", conditions)}</RuleGroup>`,
  ));
  assert.equal(rules.evaluate(makeEvent(1, { Image: "i3", User: "u2" })), "user 2");
  assert.equal(rules.evaluate(makeEvent(1, { Image: "i2", User: "u3" })), "image 2");
});
