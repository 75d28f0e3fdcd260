import assert from "node:assert/strict";
import type { Condition, Config, RuleNode } from "../config/model.ts";
import { compileRules } from "./mod.ts";
import { randomConfig, randomEvent, valuesOf } from "./random_rules.ts";
import { Random } from "../testing/random.ts";
import { filtering, makeEvent } from "./testing.ts";
import { hasNoData } from "./text.ts";
import { nearestInclude } from "./why_not.ts";

/** The conditions that were missing, as `Field value`. */
function missing(xml: string, fields: Record<string, string>, id = 1): string[] | undefined {
  const miss = nearestInclude(filtering(xml), makeEvent(id, fields));
  return miss?.missing.map(({ condition }) => `${condition.field} ${condition.value}`);
}

Deno.test("the include that needs the fewest other conditions is the nearest", () => {
  const xml = `
    <ProcessCreate onmatch="include"><Image>a</Image><User>u</User></ProcessCreate>
    <ProcessCreate onmatch="include">
      <Image>b</Image><User>u</User><CommandLine>c</CommandLine>
    </ProcessCreate>`;
  assert.deepEqual(missing(xml, { Image: "a", User: "x" }), ["User u"]);
  assert.deepEqual(missing(xml, { User: "u" }), ["Image a"]);
  assert.deepEqual(missing(xml, { Image: "b", User: "u" }), ["CommandLine c"]);
});

Deno.test("a Rule of which much matched is nearer than a condition by itself", () => {
  const xml = `<RuleGroup groupRelation="or"><ProcessCreate onmatch="include">
      <Image>z</Image>
      <Rule groupRelation="and"><Image>a</Image><User>u</User><CommandLine>c</CommandLine></Rule>
    </ProcessCreate></RuleGroup>`;
  assert.deepEqual(missing(xml, { Image: "a", User: "u" }), ["CommandLine c"]);
  assert.deepEqual(missing(xml, {}), ["Image z"]);
  const miss = nearestInclude(filtering(xml), makeEvent(1, { Image: "a", User: "u" }));
  assert.equal(miss?.rule?.conditions.length, 3);
  assert.equal(miss?.matched, 2);
});

Deno.test("among equals the one that is evaluated first", () => {
  const element = (value: string) =>
    `<ProcessCreate onmatch="include"><Image>${value}</Image></ProcessCreate>`;
  assert.deepEqual(missing(element("first") + element("last"), {}), ["Image last"]);
});

Deno.test("no include, an empty one, or one for other events of the series: there is none", () => {
  assert.equal(
    missing('<ProcessCreate onmatch="exclude"><Image>a</Image></ProcessCreate>', {}),
    undefined,
  );
  assert.equal(missing('<ProcessCreate onmatch="include"/>', {}), undefined);
  const details = '<RegistryEvent onmatch="include"><Details>d</Details></RegistryEvent>';
  assert.equal(missing(details, {}, 12), undefined);
  assert.deepEqual(missing(details, {}, 13), ["Details d"]);
});

/** The configuration with other operands for some conditions, which then match whatever comes. */
function satisfied(config: Config, conditions: ReadonlySet<Condition>): Config {
  const change = (condition: Condition): Condition =>
    conditions.has(condition) ? { ...condition, operator: "contains", value: "" } : condition;
  const elements = config.elements
    .filter(({ onmatch }) => onmatch === "include")
    .map((element) => ({
      ...element,
      items: element.items.map((item): Condition | RuleNode =>
        item.kind === "rule" ? { ...item, conditions: item.conditions.map(change) } : change(item)
      ),
    }));
  return { ...config, elements };
}

Deno.test("were the missing conditions to match, the event would be logged", () => {
  let checked = 0;
  for (let seed = 0; seed < 2_000; seed++) {
    const random = new Random(seed);
    const config = randomConfig(random);
    const event = randomEvent(random, valuesOf(config));
    // Typed fields without data end an element before its end (V16); nothing could satisfy them.
    const { fields } = event.definition;
    if (
      event.values.some((value, i) =>
        hasNoData(value) && (fields[i]?.type ?? "string") !== "string"
      )
    ) continue;
    const miss = nearestInclude(config, event);
    if (miss === undefined) continue;
    const conditions = new Set(miss.missing.map(({ condition }) => condition));
    assert.ok(compileRules(satisfied(config, conditions)).evaluate(event), `seed ${seed}`);
    if (conditions.size > 0) checked++;
  }
  assert.ok(checked > 50, `only ${checked}`);
});
