/** What is said to have no effect can be removed without any. */
import assert from "node:assert/strict";
import type { Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import { interpret } from "../rules/interpret.ts";
import type { RuleOptions } from "../rules/mod.ts";
import { namingConditions, type Owner, Preparer, rulesOf } from "./alternatives.ts";
import { findContradictions } from "./combinations.ts";
import { Random } from "../testing/random.ts";
import { findRedundancies } from "./redundancy.ts";
import { randomConfig, randomEvent } from "./testing.ts";

const CONFIGURATIONS = 12_000;
const EVENTS_PER_CONFIGURATION = 25;
const OPTIONS: readonly RuleOptions[] = [{ imageSeparator: "/" }, { imageSeparator: "\\" }];

/** The configuration without one of its parts; an element stays, empty, for it counts (V5). */
function without(config: Config, part: Owner): Config {
  const keep = (condition: Condition) => condition !== part;
  const items = (element: EventElement): (Condition | RuleNode)[] =>
    element.items.filter((item) => item !== part).map((item) =>
      item.kind === "rule" ? { ...item, conditions: item.conditions.filter(keep) } : item
    ).filter((item) => item.kind === "condition" || item.conditions.length > 0);
  const elements = config.elements.map((element) => ({
    ...element,
    items: element === part ? [] : items(element),
  }));
  return { ...config, elements };
}

function decisions(config: Config, event: Event) {
  return OPTIONS.map((options) => interpret(config, event, options));
}

Deno.test("removing what has no effect changes nothing on random events", () => {
  const claims: Record<string, number> = {};
  for (let seed = 0; seed < CONFIGURATIONS; seed++) {
    const random = new Random(seed);
    const config = randomConfig(random);
    const preparer = new Preparer();
    const claimed = [
      ...findRedundancies(config, preparer),
      // What never matches keeps an `and` element from matching.
      ...config.elements.flatMap((element) =>
        findContradictions(element, preparer).map(({ part }) => ({
          kind: "contradiction",
          part: element.combination === "and" ? element : part,
          mayRename: false,
        }))
      ),
    ];
    for (const { kind, part, mayRename } of claimed) {
      claims[kind] = (claims[kind] ?? 0) + 1;
      const smaller = without(config, part);
      for (let i = 0; i < EVENTS_PER_CONFIGURATION; i++) {
        const event = randomEvent(random, config);
        const before = decisions(config, event);
        const after = decisions(smaller, event);
        const same = before.every((name, n) =>
          mayRename ? (name === undefined) === (after[n] === undefined) : name === after[n]
        );
        assert.ok(same, `seed ${seed}, event ${i}: ${kind} ${JSON.stringify(part)}`);
      }
    }
  }
  for (const kind of ["repeated", "shadowed", "covered", "swallowed", "contradiction"]) {
    assert.ok((claims[kind] ?? 0) > 300, `${kind} was claimed only ${claims[kind]} times`);
  }
});

Deno.test("a name that an and-Rule overrides is never reported", () => {
  let claims = 0;
  for (let seed = 0; seed < 3_000; seed++) {
    const random = new Random(seed);
    const config = randomConfig(random);
    for (const rule of config.elements.flatMap(rulesOf)) {
      const naming = namingConditions(rule);
      const overridden = rule.conditions.filter((condition) => !naming.includes(condition));
      // Every part that can never name an event gets a name of its own.
      for (const condition of overridden.filter(({ name }) => name !== undefined)) {
        (condition as { name: string }).name = "overridden";
        claims++;
      }
    }
    for (let i = 0; i < EVENTS_PER_CONFIGURATION; i++) {
      const names = decisions(config, randomEvent(random, config));
      assert.ok(!names.includes("overridden"), `seed ${seed}, event ${i}`);
    }
  }
  assert.ok(claims > 300, `only ${claims} names`);
});
