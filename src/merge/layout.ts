/** Makes nodes of a tree that comes from no single text. */
import type { Combination, Condition } from "../config/mod.ts";
import type {
  ChildNode,
  CommentNode,
  ConfigNode,
  NodeAttribute,
  TextNode,
} from "../config/node.ts";
import { ownText } from "../config/tree.ts";

const NOWHERE = { offset: 0, end: 0 } as const;

/** An element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly ChildNode[] = [],
): ConfigNode {
  const given = Object.entries(attributes).flatMap(([attribute, text]) =>
    text === undefined ? [] : [[attribute, placed(text)] as const]
  );
  return {
    kind: "element",
    name,
    ...NOWHERE,
    nameOffset: 0,
    contentOffset: 0,
    attributes: new Map(given),
    children,
  };
}

function placed(text: string): NodeAttribute {
  return { text, ...NOWHERE, nameOffset: 0 };
}

/** A `<Rule>` that says how it combines. */
export function rule(
  name: string | undefined,
  combination: Combination,
  children: readonly ChildNode[],
): ConfigNode {
  return element("Rule", { name, groupRelation: combination }, children);
}

/** A field element as written, without anything that the reader did not take. */
export function fieldNode(node: ConfigNode, condition: Condition): ConfigNode {
  const asWritten = ownText(node) === condition.value &&
    node.children.every((child) => child.kind !== "element");
  return element(
    node.name,
    {
      name: node.attributes.get("name")?.text,
      condition: node.attributes.get("condition")?.text,
    },
    asWritten ? node.children : [text(condition.value)],
  );
}

/** The same field element under another name. */
export function renamed(node: ConfigNode, name: string | undefined): ConfigNode {
  const condition = node.attributes.get("condition")?.text;
  const groupRelation = node.attributes.get("groupRelation")?.text;
  return element(node.name, { name, condition, groupRelation }, node.children);
}

/** A comment on a line of its own. */
export function comment(text: string): CommentNode {
  return { kind: "comment", text, ...NOWHERE, trailing: false };
}

/** Text of a value. */
export function text(text: string): TextNode {
  return { kind: "text", text, ...NOWHERE };
}

/** Separates what follows with an empty line. */
export const EMPTY_LINE: TextNode = text("\n\n");
