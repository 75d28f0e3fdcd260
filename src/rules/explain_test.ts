import assert from "node:assert/strict";
import { explainEvent } from "./explain.ts";
import type { ConditionTrace, Explanation } from "./explanation.ts";
import { compileRules } from "./mod.ts";
import { randomConfig, randomEvent, RULE_OPTIONS, valuesOf } from "./random_rules.ts";
import { Random } from "../testing/random.ts";
import { filtering, makeEvent } from "./testing.ts";

Deno.test("explanations say what the compiled rules decide, on 15,000 random pairs", () => {
  const reasons = new Map<string, number>();
  for (let seed = 0; seed < 1_500; seed++) {
    const random = new Random(seed);
    const config = randomConfig(random);
    const options = random.of(RULE_OPTIONS);
    const compiled = compileRules(config, options);
    const used = valuesOf(config);
    for (let i = 0; i < 10; i++) {
      const event = randomEvent(random, used);
      const expected = compiled.evaluate(event);
      const explanation = explainEvent(config, event, options);
      assert.equal(explanation.logged, expected !== undefined, `seed ${seed}, event ${i}`);
      assert.equal(explanation.ruleName, expected, `seed ${seed}, event ${i}`);
      const { reason, decidedBy, elements } = explanation;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      assert.equal(decidedBy?.outcome, reason === "matched" ? "matched" : undefined);
      const last = elements.findLastIndex(({ outcome }) => outcome !== "not reached");
      assert.ok(elements.every(({ outcome }, at) => (outcome === "not reached") === (at > last)));
      assert.equal(decidedBy === undefined ? undefined : elements[last], decidedBy);
    }
  }
  for (const reason of ["default", "matched", "unmatched"]) {
    assert.ok(reasons.get(reason)! > 300, `${reason}: ${reasons.get(reason)}`);
  }
});

/** `Image is a: matched (a)` for every condition, indented below Rules, elements in order. */
function outline({ elements }: Explanation): string[] {
  const line = ({ condition, outcome, text }: ConditionTrace, indent: string) =>
    `${indent}${condition.field} ${condition.operator} ${condition.value}: ${outcome}` +
    (text === undefined ? "" : ` (${text})`);
  return elements.flatMap(({ element, outcome, items }) => [
    `${element.onmatch}: ${outcome}`,
    ...items.flatMap((item) =>
      item.kind === "condition" ? [line(item, "  ")] : [
        `  Rule: ${item.outcome}`,
        ...item.conditions.map((condition) => line(condition, "    ")),
      ]
    ),
  ]);
}

Deno.test("every outcome of a condition", () => {
  const config = filtering(`
    <ProcessCreate onmatch="include">
      <Image>a</Image>
      <Image>B</Image>
      <Image>c</Image>
      <User>u</User>
      <Rule groupRelation="or"><CommandLine>x</CommandLine><CommandLine>y</CommandLine></Rule>
    </ProcessCreate>
    <ProcessCreate onmatch="exclude"><ProcessId>7</ProcessId><Image>b</Image></ProcessCreate>`);
  const event = makeEvent(1, { Image: "b", User: "u", CommandLine: "X" });
  assert.deepEqual(outline(explainEvent(config, event)), [
    "exclude: no data",
    "  ProcessId is 7: no data (-)",
    "  Image is b: not reached",
    "include: matched",
    "  Image is a: not matched (b)",
    "  Image is B: matched (b)",
    "  Image is c: skipped",
    "  User is u: matched (u)",
    "  Rule: matched",
    "    CommandLine is x: matched (X)",
    "    CommandLine is y: not reached",
  ]);
});

Deno.test("a field that the event has elsewhere or not at all is another event's", () => {
  const config = filtering(
    '<RegistryEvent onmatch="include"><User>u</User><TargetObject>t</TargetObject></RegistryEvent>',
  );
  const event = makeEvent(13, { User: "u", TargetObject: "t" });
  assert.deepEqual(outline(explainEvent(config, event)), [
    "include: not matched",
    "  User is u: other event",
    "  TargetObject is t: not reached",
  ]);
});

Deno.test("image shows the part that it compared", () => {
  const config = filtering(
    '<ProcessCreate onmatch="include"><Image condition="image">ls</Image></ProcessCreate>',
  );
  const event = makeEvent(1, { Image: "/usr/bin/LS" });
  const [, condition] = outline(explainEvent(config, event));
  assert.equal(condition, "  Image image ls: matched (LS)");
  const sysmon = outline(explainEvent(config, event, { imageSeparator: "\\" }));
  assert.equal(sysmon[1], "  Image image ls: not matched (/usr/bin/LS)");
});

Deno.test("a name leaks from what failed only where Sysmon's behaviour is asked for", () => {
  const config = filtering(`
    <ProcessCreate onmatch="include"><Image>a</Image></ProcessCreate>
    <ProcessCreate onmatch="exclude">
      <Image name="leak">a</Image><User>u</User>
    </ProcessCreate>`);
  const event = makeEvent(1, { Image: "a" });
  assert.equal(explainEvent(config, event).ruleName, "-");
  assert.equal(explainEvent(config, event, { compatibleRuleNames: true }).ruleName, "leak");
});

Deno.test("without elements the default decides, and events without a tag are always logged", () => {
  const config = filtering('<FileCreate onmatch="include"/><FileCreate onmatch="exclude"/>');
  const explain = (id: number) => {
    const { logged, reason, ruleName } = explainEvent(config, makeEvent(id, {}));
    return { logged, reason, ruleName };
  };
  assert.deepEqual(explain(1), { logged: true, reason: "default", ruleName: "-" });
  assert.deepEqual(explain(3), { logged: false, reason: "default", ruleName: undefined });
  assert.deepEqual(explain(16), { logged: true, reason: "always", ruleName: "-" });
  assert.deepEqual(explain(11), { logged: false, reason: "unmatched", ruleName: undefined });
});
