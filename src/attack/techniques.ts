/** ATT&CK techniques in the names of rules. */
import { type Condition, type Config, type EventElement, type RuleNode } from "../config/mod.ts";

/** A technique that a RuleName speaks of. */
export interface Technique {
  /** `T1059` or `T1059.001`, in capitals. */
  readonly id: string;
  /** What the names call it; undefined when none does. */
  readonly name: string | undefined;
}

const ID = /(?<![A-Za-z0-9])T(\d{4})(?:[./](\d{3}))?(?!\d)/gi;
const NAME = /technique_?name\s*=\s*([^,;]*)/i;

/**
 * Every technique that a name mentions: `technique_id=T1059.001,technique_name=PowerShell`, with `,`
 * or `;`, `TechniqueID=…`, or ids alone such as `T1037,T1484`. A technique's name is taken only where there is one id.
 */
export function techniquesIn(ruleName: string): Technique[] {
  const ids = new Set<string>();
  for (const [, number, sub] of ruleName.matchAll(ID)) {
    ids.add(sub === undefined ? `T${number}` : `T${number}.${sub}`);
  }
  const name = ids.size === 1 ? NAME.exec(ruleName)?.[1].trim() || undefined : undefined;
  return [...ids].map((id) => ({ id, name }));
}

/** A rule of an include element: what gives a logged event its RuleName. */
export interface NamedRule {
  readonly tag: string;
  readonly element: EventElement;
  readonly node: Condition | RuleNode;
  /** Without the empty name and `-`. */
  readonly names: readonly string[];
  readonly techniques: readonly Technique[];
}

/** Every rule that lets events in. Excludes name what is not seen, so they do not count. */
export function includeRules(config: Config): NamedRule[] {
  return config.elements
    .filter(({ onmatch }) => onmatch === "include")
    .flatMap((element) => element.items.map((node) => namedRule(element, node)));
}

function namedRule(element: EventElement, node: Condition | RuleNode): NamedRule {
  const conditions = node.kind === "rule" ? node.conditions : [node];
  const names = [...new Set(conditions.flatMap(({ name }) => name ?? []))]
    .filter((name) => name !== "" && name !== "-");
  const techniques = new Map<string, Technique>();
  for (const technique of names.flatMap(techniquesIn)) {
    const known = techniques.get(technique.id);
    if (known?.name === undefined) techniques.set(technique.id, technique);
  }
  return { tag: element.tag, element, node, names, techniques: [...techniques.values()] };
}
