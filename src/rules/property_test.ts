/**
 * The compiled matcher and the interpreter agree on random configurations and events: other ones in
 * every run. `MONOMI_SEED=N` repeats a run, whose seed is printed.
 */
import assert from "node:assert/strict";
import { interpret } from "./interpret.ts";
import { compileRules } from "./mod.ts";
import { randomConfig, randomEvent, RULE_OPTIONS, valuesOf } from "./random_rules.ts";
import { Random, seedOfThisRun } from "../testing/random.ts";

const CONFIGURATIONS = 20_000;
const EVENTS_PER_CONFIGURATION = 10;

Deno.test("compiled rules and interpreter agree on 200,000 random pairs", () => {
  const firstSeed = seedOfThisRun();
  const counts = { logged: 0, named: 0, dropped: 0 };
  for (let seed = firstSeed; seed < firstSeed + CONFIGURATIONS; seed++) {
    const random = new Random(seed);
    const rules = randomConfig(random);
    const options = random.of(RULE_OPTIONS);
    const compiled = compileRules(rules, options);
    const used = valuesOf(rules);
    for (let i = 0; i < EVENTS_PER_CONFIGURATION; i++) {
      const sample = randomEvent(random, used);
      const before = [...sample.values];
      const expected = interpret(rules, sample, options);
      const actual = compiled.evaluate(sample);
      if (actual !== expected) {
        const { id } = sample.definition;
        const event = `event ${i}: ${JSON.stringify(sample.values)} of ${id}`;
        assert.equal(actual, expected, `seed ${seed}, ${event}`);
      }
      assert.ok(sample.values.every((value, at) => value === before[at]), `seed ${seed}: altered`);
      if (expected === undefined) counts.dropped++;
      else {
        counts.logged++;
        if (expected !== "-") counts.named++;
        assert.ok(compiled.wants(sample.definition.id), `seed ${seed}: logged but not wanted`);
      }
    }
  }
  // The samples must exercise all outcomes, or the comparison says nothing.
  for (const [outcome, count] of Object.entries(counts)) {
    assert.ok(count > 4_000, `${outcome}: only ${count}`);
  }
});
