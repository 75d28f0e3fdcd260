/** The compiled matcher and the interpreter agree on random configurations and events. */
import assert from "node:assert/strict";
import type { Combination, Condition, Config, EventElement, RuleNode } from "../config/model.ts";
import { SourceText } from "../config/source.ts";
import type { Event, FieldValue } from "../events/event.ts";
import { EVENTS, eventsByTag } from "../schema/events.ts";
import { OPERATORS } from "../schema/options.ts";
import type { EventDefinition, FieldDefinition } from "../schema/types.ts";
import { interpret } from "./interpret.ts";
import { compileRules, type RuleOptions } from "./mod.ts";

const CONFIGURATIONS = 2_500;
const EVENTS_PER_CONFIGURATION = 10;

/** A small generator with a seed (mulberry32), so that failures can be repeated. */
class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

// Few and short texts, so that matches, near matches and failures are all frequent.
const PIECES = ["a", "B", "ab", "/", "\\", ";", "É", "é", "_", "-", "1", "10", "ls", "LS", "€", ""];

function text(random: Random): string {
  let result = "";
  for (let i = random.below(4); i > 0; i--) result += random.of(PIECES);
  return result;
}

const TAGS = ["ProcessCreate", "NetworkConnect", "RegistryEvent", "WmiEvent", "FileDelete"];
const NAMES = [undefined, undefined, "n1", "n2", "n3", ""];

function condition(random: Random, event: EventDefinition, fields: readonly FieldDefinition[]) {
  const field = random.of(fields);
  return {
    kind: "condition",
    field: field.name,
    fieldIndex: event.fieldIndex.get(field.name)!,
    operator: random.of(OPERATORS),
    value: text(random),
    name: random.of(NAMES),
    offset: 0,
    valueOffset: 0,
  } satisfies Condition;
}

function element(random: Random): EventElement {
  const tag = random.of(TAGS);
  const event = random.of(eventsByTag(tag));
  // Few fields, so that several conditions meet on one.
  const fields = [random.of(event.fields), random.of(event.fields), random.of(event.fields)];
  const combination = (): Combination => random.of(["and", "or"]);
  const items: (Condition | RuleNode)[] = [];
  const biased = random.chance(30) ? "is" : undefined;
  for (let i = random.below(biased ? 20 : 5); i > 0; i--) {
    if (random.chance(25)) {
      const conditions = Array.from(
        { length: 1 + random.below(3) },
        () => condition(random, event, fields),
      );
      items.push({
        kind: "rule",
        combination: combination(),
        relationGiven: true,
        name: undefined,
        conditions,
        offset: 0,
      });
    } else {
      const item = condition(random, event, fields);
      items.push(
        biased && random.chance(80)
          ? { ...item, operator: biased, value: random.of(PIECES) }
          : item,
      );
    }
  }
  return {
    tag,
    eventId: event.id,
    onmatch: random.of(["include", "exclude"]),
    combination: combination(),
    groupName: undefined,
    items,
    offset: 0,
  };
}

function config(random: Random): Config {
  const elements = Array.from({ length: 1 + random.below(6) }, () => element(random));
  return {
    source: new SourceText("random", ""),
    schemaVersion: 490,
    options: undefined as unknown as Config["options"],
    elements,
  };
}

function value(random: Random, field: FieldDefinition, used: readonly string[]): FieldValue {
  if (random.chance(10)) return "-";
  if (field.type === "boolean") return random.chance(50);
  if (field.type === "uint16" || field.type === "uint32") return random.of([1, 10, 101, 0]);
  if (random.chance(30)) return random.of(PIECES);
  return random.chance(50) && used.length > 0 ? random.of(used) : text(random);
}

function event(random: Random, used: readonly string[]): Event {
  const definition = random.of(EVENTS.filter((e) => e.tag !== null && TAGS.includes(e.tag)));
  return {
    definition,
    values: definition.fields.map((field) => value(random, field, used)),
    time: 0,
    recordId: 0,
  };
}

function valuesOf(config: Config): string[] {
  return config.elements.flatMap((e) => e.items).flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  ).flatMap((c) => [c.value, ...c.value.split(";")]);
}

const OPTIONS: readonly RuleOptions[] = [
  {},
  { compatibleRuleNames: true },
  { imageSeparator: "\\" },
  { compatibleRuleNames: true, imageSeparator: "\\" },
];

Deno.test("compiled rules and interpreter agree on 25,000 random pairs", () => {
  const counts = { logged: 0, named: 0, dropped: 0 };
  for (let seed = 0; seed < CONFIGURATIONS; seed++) {
    const random = new Random(seed);
    const rules = config(random);
    const options = random.of(OPTIONS);
    const compiled = compileRules(rules, options);
    const used = valuesOf(rules);
    for (let i = 0; i < EVENTS_PER_CONFIGURATION; i++) {
      const sample = event(random, used);
      const before = [...sample.values];
      const expected = interpret(rules, sample, options);
      const actual = compiled.evaluate(sample);
      assert.equal(
        actual,
        expected,
        `seed ${seed}, event ${i}: ${JSON.stringify(sample.values)} of ${sample.definition.id}`,
      );
      assert.deepEqual(sample.values, before);
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
    assert.ok(count > 500, `${outcome}: only ${count}`);
  }
});
