/** Small questions that every part of the reader asks of a configuration's tree. */
import type { Span } from "./place.ts";
import { EVENT_TAGS } from "../schema/events.ts";
import type { ConfigNode, TextNode } from "./node.ts";

/** The name of an element. */
export function nameOf(node: ConfigNode): Span {
  return { offset: node.nameOffset, end: node.nameOffset + node.name.length };
}

/** Child elements in document order. */
export function childElements(node: ConfigNode): ConfigNode[] {
  return node.children.filter((child) => child.kind === "element");
}

/** The text of an element without that of its child elements; comments leave no gap. */
export function ownText(node: ConfigNode): string {
  let text = "";
  for (const child of node.children) {
    if (child.kind === "text") text += child.text;
  }
  return text;
}

/** Anything but XML's white space, to which a no-break space does not belong. */
export const NOT_BLANK = /[^ \t\n\r]/;

/** `text` without XML's white space at its ends. */
export function trimBlank(text: string): string {
  let begin = 0;
  let end = text.length;
  while (begin < end && !NOT_BLANK.test(text[begin])) begin++;
  while (end > begin && !NOT_BLANK.test(text[end - 1])) end--;
  return text.slice(begin, end);
}

/** The first text directly in the element that is not blank. */
export function strayText(node: ConfigNode): TextNode | undefined {
  return node.children.find((child): child is TextNode =>
    child.kind === "text" && NOT_BLANK.test(child.text)
  );
}

/** Offset of the element's text, or of the place where it would begin. */
export function textOffset(node: ConfigNode): number {
  return node.children.find((child) => child.kind === "text")?.offset ?? node.contentOffset;
}

/** What an element holds; blanks in it are layout unless it holds a value. */
export type Content = "root" | "filters" | "conditions" | "rule" | "value";

const EVENT_NAMES: ReadonlySet<string> = new Set(EVENT_TAGS);

/** What an element holds that stands in one which holds `parent`. */
export function contentOf(name: string, parent: Content): Content {
  switch (parent) {
    case "root":
      return name === "EventFiltering" ? "filters" : "value";
    case "filters":
      return EVENT_NAMES.has(name) ? "conditions" : "filters";
    case "conditions":
      return name.toLowerCase() === "rule" ? "rule" : "value";
    default:
      return "value";
  }
}
