import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { explainEvent } from "../rules/explain.ts";
import { randomConfig, randomEvent, valuesOf } from "../rules/random_rules.ts";
import { Random, seedOfThisRun } from "../testing/random.ts";
import { filtering, makeEvent } from "../rules/testing.ts";
import { percent, RuleCoverage } from "./coverage.ts";
import { describePart, formatPercent } from "./text.ts";

Deno.test("what matched is covered, also in Rules that failed; the rest is listed in order", () => {
  const config = filtering(`<RuleGroup groupRelation="or">
<ProcessCreate onmatch="include"><Rule groupRelation="and"><Image>a</Image><User>u</User></Rule>
<Image condition="begin with">b</Image></ProcessCreate>
<ProcessTerminate onmatch="exclude"/><FileCreate onmatch="exclude"/></RuleGroup>`);
  const coverage = new RuleCoverage(config);
  coverage.add(makeEvent(1, { Image: "a", User: "v" }));
  coverage.add(makeEvent(5, {}));
  const report = coverage.report();
  deepStrictEqual(report.elements, { covered: 1, total: 3 });
  deepStrictEqual(report.rules, { covered: 0, total: 1 });
  deepStrictEqual(report.conditions, { covered: 1, total: 3 });
  deepStrictEqual(report.all, { covered: 2, total: 7 });
  deepStrictEqual(report.uncovered.map(describePart), [
    '<ProcessCreate onmatch="include">',
    "ProcessCreate <Rule> (and)",
    "ProcessCreate User is 'u'",
    "ProcessCreate Image begin with 'b'",
    '<FileCreate onmatch="exclude">',
  ]);
  coverage.add(makeEvent(1, { Image: "A", User: "U" }));
  coverage.add(makeEvent(1, { Image: "bx" }));
  coverage.add(makeEvent(11, {}));
  strictEqual(percent(coverage.report().all), 100);
});

Deno.test("percentages are never rounded up", () => {
  strictEqual(formatPercent({ covered: 9999, total: 10000 }), "99.9 %");
  strictEqual(formatPercent({ covered: 0, total: 0 }), "100.0 %");
});

Deno.test("parts that matched are those of which an explanation says so", () => {
  const firstSeed = seedOfThisRun();
  let matched = 0;
  for (let seed = firstSeed; seed < firstSeed + 3000; seed++) {
    const random = new Random(seed);
    const config = randomConfig(random);
    const used = valuesOf(config);
    const coverage = new RuleCoverage(config);
    const expected = new Set<unknown>();
    for (let i = 0; i < 5; i++) {
      const event = randomEvent(random, used);
      coverage.add(event);
      for (const { element, outcome, items } of explainEvent(config, event).elements) {
        const wasAsked = outcome !== "not reached" && element.items.length === 0;
        if (outcome === "matched" || wasAsked) expected.add(element);
        for (const item of items) {
          if (item.kind === "rule" && item.outcome === "matched") expected.add(item.rule);
          for (const trace of item.kind === "rule" ? item.conditions : [item]) {
            if (trace.outcome === "matched") expected.add(trace.condition);
          }
        }
      }
    }
    matched += expected.size;
    const uncovered = new Set<unknown>(coverage.report().uncovered.map(({ node }) => node));
    const parts = config.elements.flatMap((element) => [
      element,
      ...element.items.flatMap((item) =>
        item.kind === "rule" ? [item, ...item.conditions] : [item]
      ),
    ]);
    for (const part of parts) {
      ok(expected.has(part) !== uncovered.has(part), `seed ${seed}: ${JSON.stringify(part)}`);
    }
  }
  ok(matched > 3000);
});
