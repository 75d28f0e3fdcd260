/** Whatever is merged: what is logged and dropped follows from what each element alone matches. */
import assert from "node:assert/strict";
import { type Condition, type Config, type EventElement, loadConfig } from "../config/mod.ts";
import { formatDiagnostic } from "../config/diagnostics.ts";
import type { ConfigNode } from "../config/node.ts";
import { writeXml } from "../config/write/xml.ts";
import type { Event } from "../events/event.ts";
import { interpret } from "../rules/interpret.ts";
import { randomConfig, randomEvent, valuesOf } from "../rules/random_rules.ts";
import { Random, seedOfThisRun } from "../testing/random.ts";
import { isAdditionalField } from "../schema/additional.ts";
import { element, rule, text } from "./layout.ts";
import { mergeConfigs, type MergeInput, readModule } from "./mod.ts";

const MERGES = 1500;
const EVENTS_PER_MERGE = 20;

/** Additional fields have no place in XML. */
function fieldOf({ field, operator, value, name }: Condition): ConfigNode {
  const inXml = isAdditionalField(field) ? "UtcTime" : field;
  return element(inXml, { condition: operator, name }, [text(value)]);
}

/** A random module as a file; fields that no single event of a series has make it invalid. */
function randomModule(random: Random, name: string): MergeInput | undefined {
  const groups = randomConfig(random).elements.map(({ tag, onmatch, combination, items }) => {
    const children = items.map((item) =>
      item.kind === "rule"
        ? rule(undefined, item.combination, item.conditions.map(fieldOf))
        : fieldOf(item)
    );
    const attributes = { groupRelation: combination, name: random.of([undefined, "", "A", "B"]) };
    return element("RuleGroup", attributes, [element(tag, { onmatch }, children)]);
  });
  const filters = element("EventFiltering", {}, groups);
  const root = element("Sysmon", { schemaversion: "4.90" }, [filters]);
  const bytes = new TextEncoder().encode(writeXml({ before: [], root, after: [] }));
  const { input } = readModule(bytes, name, name);
  return input;
}

/** Typed fields without data fail a whole element (V16), which joining widens; events have them. */
function complete(event: Event): Event {
  const { fields, additional } = event.definition;
  const values = [...fields, ...additional].map(({ type }, i) => {
    const value = event.values[i];
    return (value === "-" || value === "") && type !== "string" ? 0 : value;
  });
  return { ...event, values };
}

function alone(config: Config, one: EventElement, event: Event): string | undefined {
  return interpret({ ...config, elements: [{ ...one, onmatch: "include" }] }, event);
}

/** What the modules mean together: exclude wins; with an include, only what it matches is logged. */
function expected(inputs: readonly MergeInput[], event: Event) {
  const { tag, defaultAction } = event.definition;
  const elements = inputs.flatMap(({ config }) =>
    config.elements.filter((one) => one.tag === tag).map((one) => ({ config, one }))
  );
  const namesBy = (onmatch: EventElement["onmatch"]) =>
    elements.filter(({ one }) => one.onmatch === onmatch)
      .map(({ config, one }) => alone(config, one, event))
      .filter((name) => name !== undefined);
  if (elements.length === 0) return { logged: defaultAction === "include", names: ["-"] };
  if (namesBy("exclude").length > 0) return { logged: false, names: [] };
  if (elements.every(({ one }) => one.onmatch === "exclude")) return { logged: true, names: ["-"] };
  const names = namesBy("include");
  return { logged: names.length > 0, names };
}

Deno.test("a merge logs and drops what its inputs do together", () => {
  const random = new Random(seedOfThisRun());
  let merged = 0;
  let logged = 0;
  let refused = 0;
  for (let round = 0; round < MERGES; round++) {
    const inputs = Array.from(
      { length: 1 + random.below(4) },
      (_, i) => randomModule(random, `${i}`),
    )
      .filter((input) => input !== undefined);
    if (inputs.length === 0) continue;
    const { document, diagnostics } = mergeConfigs(inputs);
    if (document === undefined) {
      assert.ok(diagnostics.some(({ code }) => code === "MON404"));
      refused++;
      continue;
    }
    const bytes = new TextEncoder().encode(writeXml(document));
    const { config, diagnostics: problems } = loadConfig(bytes, "merged.xml");
    assert.ok(config, problems.map(formatDiagnostic).join("\n"));
    merged++;
    const used = inputs.flatMap((input) => valuesOf(input.config));
    for (let i = 0; i < EVENTS_PER_MERGE; i++) {
      const event = complete(randomEvent(random, used));
      const result = interpret(config, event);
      const { logged: isLogged, names } = expected(inputs, event);
      const explain = (): string =>
        [...inputs.map(({ config }) => config.source.text), config.source.text]
          .join("\n\n") + JSON.stringify([event.definition.name, event.values, result, names]);
      if ((result !== undefined) !== isLogged) assert.fail(explain());
      if (result !== undefined) {
        if (!names.includes(result)) assert.fail(explain());
        logged++;
      }
    }
  }
  assert.ok(merged > MERGES / 2, `only ${merged} merged, ${refused} refused`);
  assert.ok(logged > MERGES, `only ${logged} logged`);
});
