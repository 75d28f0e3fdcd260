/**
 * An element that combines with `and`, said with `or`: so that it can be joined with others.
 *
 * Inside such an element conditions on one field are alternatives (config-semantics V9), and every
 * Rule counts for itself. Choosing one alternative of each gives one `<Rule groupRelation="and">`;
 * all choices together match what the element matches, and the first that matches is the one whose
 * names the element would report.
 */
import type { Condition } from "../config/mod.ts";
import type { ConfigNode } from "../config/node.ts";
import { fieldNode, rule } from "./layout.ts";
import type { Item } from "./types.ts";

/** Most Rules that an element is rewritten to. */
export const MAX_RULES = 256;
/** Most conditions in all of them. */
const MAX_CONDITIONS = 65_536;

/** A condition and its place among all conditions of the element. */
interface Placed {
  readonly position: number;
  readonly condition: Condition;
  readonly node: ConfigNode;
}

/** Conditions that must all match. */
type Choice = readonly Placed[];

/**
 * Rules with `and` that together match what the items match when they are combined with `and`;
 * undefined when there would be more than {@link MAX_RULES}.
 */
export function asRules(items: readonly Item[]): Item[] | undefined {
  let choices: Choice[] = [[]];
  for (const alternatives of needs(items)) {
    if (choices.length * alternatives.length > MAX_RULES) return undefined;
    const length = choices[0].length + alternatives[0].length;
    if (choices.length * alternatives.length * length > MAX_CONDITIONS) return undefined;
    choices = choices.flatMap((choice) => alternatives.map((more) => [...choice, ...more]));
  }
  return choices.map(toRule);
}

/** What must match, each as the alternatives that do. */
function needs(items: readonly Item[]): Choice[][] {
  const all: Choice[][] = [];
  const byField = new Map<string, Choice[]>();
  let position = 0;
  for (const { model, node } of items) {
    if (model.kind === "condition") {
      const alternatives = byField.get(model.field) ?? [];
      if (alternatives.length === 0) all.push(alternatives);
      byField.set(model.field, alternatives);
      alternatives.push([{ position: position++, condition: model, node }]);
      continue;
    }
    const nodes = node.children.filter((child) => child.kind === "element");
    const inner = model.conditions.map((condition, i): Placed => ({
      position: position++,
      condition,
      node: named(nodes[i], condition),
    }));
    all.push(model.combination === "and" ? [inner] : inner.map((one) => [one]));
  }
  return all;
}

/** The name that a condition has from its Rule is written on the condition itself. */
function named(node: ConfigNode, condition: Condition): ConfigNode {
  const attributes = new Map(node.attributes);
  if (condition.name !== undefined) {
    attributes.set("name", { text: condition.name, offset: 0, end: 0, nameOffset: 0 });
  }
  return fieldNode({ ...node, attributes }, condition);
}

function toRule(choice: Choice): Item {
  const inOrder = choice.toSorted((a, b) => a.position - b.position);
  const conditions = inOrder.map(({ condition }) => condition);
  return {
    kind: "item",
    model: {
      kind: "rule",
      combination: "and",
      relationGiven: true,
      name: undefined,
      conditions,
      offset: conditions[0].offset,
    },
    node: rule(undefined, "and", inOrder.map(({ node }) => node)),
  };
}
