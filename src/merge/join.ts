/** The elements of all inputs for one event and onmatch -> as few elements as mean the same. */
import type { Condition } from "../config/mod.ts";
import { eventsByTag } from "../schema/events.ts";
import type { EventDefinition } from "../schema/types.ts";
import { asRules, MAX_RULES } from "./alternatives.ts";
import { describePlace, type Findings } from "./findings.ts";
import { renamed } from "./layout.ts";
import { namesOf, signatureOf } from "./signature.ts";
import { type Contribution, itemsOf } from "./types.ts";

/** An element of the result. */
export interface JoinedElement {
  readonly tag: string;
  readonly onmatch: "include" | "exclude";
  readonly combination: "and" | "or";
  readonly groupName: string | undefined;
  readonly contributions: Contribution[];
}

/**
 * Joins elements that combine with `or` and are in RuleGroups of the same name. An element that
 * combines with `and` stays as it is: joined, its conditions would become alternatives.
 */
export function joinElements(
  contributions: readonly Contribution[],
  findings: Findings,
): JoinedElement[] {
  const joined: JoinedElement[] = [];
  const candidates = new Map<string, { element: JoinedElement; binding: Binding }[]>();
  for (const contribution of contributions) {
    const { combination } = contribution;
    const says = combination === "or" ? "" : textOf(contribution);
    const key = JSON.stringify([groupNameOf(contribution), combination, says]);
    const alike = candidates.get(key) ?? [];
    candidates.set(key, alike);
    const target = alike.find(({ binding }) => combination === "and" || binding.add(contribution));
    if (target === undefined) {
      const element = startWith(contribution);
      const binding = new Binding(element.tag);
      binding.add(contribution);
      alike.push({ element, binding });
      joined.push(element);
    } else if (combination === "or") target.element.contributions.push(contribution);
    else reportDuplicate(target.element.contributions[0], contribution, findings);
  }
  return joined;
}

/**
 * Makes one element of all, for an event that has only exclude elements: with several of them,
 * whatever none of them matches would be dropped (config-semantics V5).
 */
export function foldExcludes(
  joined: readonly JoinedElement[],
  findings: Findings,
): JoinedElement[] {
  if (joined.length < 2) return [...joined];
  const folded = joined.flatMap((element) => element.contributions).map((contribution) =>
    asAlternatives(contribution, findings)
  );
  const binding = new Binding(joined[0].tag);
  const stranger = folded.find((contribution) => !binding.add(contribution));
  if (stranger !== undefined) {
    const { input, element } = stranger;
    const message = `no single ${element.tag} event has the fields of this element and of those ` +
      `in other inputs, so their exclude elements cannot be joined`;
    findings.error("MON404", { input, offset: element.offset }, message);
  }
  return [{ ...startWith(folded[0]), groupName: undefined, contributions: folded }];
}

/**
 * The fields of one element. An element belongs to the first event of its series that has all its
 * fields, and that decides where each field is looked for (E4, V13).
 */
class Binding {
  readonly #series: readonly EventDefinition[];
  readonly #indices = new Map<string, number>();

  constructor(tag: string) {
    this.#series = eventsByTag(tag);
  }

  /** Takes fields in, if all fields keep their meaning next to each other; else nothing happens. */
  add(contribution: Contribution): boolean {
    if (this.#series.length === 1) return true;
    const all = new Map(this.#indices);
    for (const { field, fieldIndex } of conditionsOf(contribution)) {
      if ((all.get(field) ?? fieldIndex) !== fieldIndex) return false;
      all.set(field, fieldIndex);
    }
    const event = this.#series.find(({ fieldIndex }) =>
      all.keys().every((field) => fieldIndex.has(field))
    );
    const isKept = event !== undefined &&
      all.entries().every(([field, index]) => event.fieldIndex.get(field) === index);
    if (isKept) { for (const [field, index] of all) this.#indices.set(field, index); }
    return isKept;
  }
}

function startWith(contribution: Contribution): JoinedElement {
  const { element: { tag, onmatch }, combination } = contribution;
  const groupName = groupNameOf(contribution);
  return { tag, onmatch, combination, groupName, contributions: [contribution] };
}

function groupNameOf({ element }: Contribution): string | undefined {
  return element.groupName?.text || undefined;
}

/** The element's parts, to stand in an element that combines with `or`, outside of its RuleGroup. */
function asAlternatives(contribution: Contribution, findings: Findings): Contribution {
  const { input, element, combination } = contribution;
  const parts = contribution.parts.map((part) => {
    if (part.kind !== "item" || part.node.attributes.has("name")) return part;
    return { ...part, node: renamed(part.node, groupNameOf(contribution)) };
  });
  if (combination === "or") return { ...contribution, parts };
  const rules = asRules(itemsOf(parts));
  if (rules === undefined) {
    const message = `this element combines with and, and saying it with or would take more than ` +
      `${MAX_RULES} Rules, so it cannot be joined with other exclude elements`;
    findings.error("MON404", { input, offset: element.offset }, message);
    return contribution;
  }
  const comments = parts.filter((part) => part.kind === "comment");
  return { ...contribution, combination: "or", parts: [...comments, ...rules] };
}

function conditionsOf({ element }: Contribution): Condition[] {
  return element.items.flatMap((item) => item.kind === "rule" ? item.conditions : [item]);
}

function reportDuplicate(first: Contribution, again: Contribution, findings: Findings): void {
  findings.duplicates++;
  const { input, element } = again;
  const there = describePlace({ input: first.input, offset: first.element.offset });
  const message = `the same element is at ${there}; this one is left out`;
  findings.note("MON411", { input, offset: element.offset }, message);
}

function textOf({ element }: Contribution): string {
  return element.items.map((item) => signatureOf(item) + namesOf(item)).join("\n");
}

/** Tells of elements that are not one because they combine their conditions differently. */
export function reportCombinations(joined: readonly JoinedElement[], findings: Findings): void {
  const alternatives = joined.find(({ combination }) => combination === "or");
  if (alternatives === undefined) return;
  const [first] = alternatives.contributions;
  const place = describePlace({ input: first.input, offset: first.element.offset });
  for (const { combination, contributions: [{ input, element }] } of joined) {
    if (combination === "or") continue;
    const message = `<${element.tag} onmatch="${element.onmatch}"> combines with and here and ` +
      `with or at ${place}; the result has an element for each`;
    findings.note("MON408", { input, offset: element.offset }, message);
  }
}
