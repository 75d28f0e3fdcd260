/** Parts of configurations in a few words. */
import { type Condition, type EventElement, quote, type RuleNode } from "../config/mod.ts";
import { eventsByTag } from "../schema/mod.ts";
import { type EventForm, type Item, shownName } from "./normal_form.ts";

const MOST_CONDITIONS = 8;

/** `Image is 'x'` or `all of: Image is 'x'; User is 'y'`, safe to print. */
export function describeItem({ node }: Item): string {
  if ("kind" in node) return describeNode(node);
  return describeList(node.combination, node.items);
}

function describeNode(node: Condition | RuleNode): string {
  if (node.kind === "rule") return describeList(node.combination, node.conditions);
  return `${node.field} ${node.operator} ${quote(node.value)}`;
}

function describeList(
  combination: EventElement["combination"],
  nodes: readonly (Condition | RuleNode)[],
): string {
  const shown = nodes.slice(0, MOST_CONDITIONS).map((node) =>
    node.kind === "rule" && nodes.length > 1 ? `(${describeNode(node)})` : describeNode(node)
  );
  if (nodes.length === 1) return shown[0];
  const more = nodes.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return `${combination === "and" ? "all of" : "any of"}: ${shown.join("; ")}`;
}

/** The RuleNames that an item gives, `-` left out. */
export function namesOf({ alternatives }: Item): string[] {
  return [...new Set(alternatives.map(shownName))].filter((name) => name !== "-");
}

/** What happens to events of a tag, in a few words. */
export function describeBehaviour({ behaviour, exclude, include, elements }: EventForm): string {
  const excludes = exclude.alternatives.size > 0;
  switch (behaviour) {
    case "never":
      return elements.length === 0 ? "never logged (the default)" : "never logged";
    case "unless":
      if (excludes) return "logged unless excluded";
      return elements.length === 0 ? "always logged (the default)" : "always logged";
    case "only":
      return include.alternatives.has("")
        ? excludes ? "logged unless excluded, with RuleNames" : "always logged, with RuleNames"
        : excludes
        ? "logged when included and not excluded"
        : "logged when included";
  }
}

/** `RegistryEvent (12, 13, 14)`. */
export function describeTag(tag: string): string {
  return `${tag} (${eventsByTag(tag).map(({ id }) => id).join(", ")})`;
}
