/** Puts the comments and empty lines of a YAML text into the tree that was made of it. */
import type { ChildNode, CommentNode, ConfigDocument, ConfigNode, PlacedText } from "../node.ts";
import { type Content, contentOf } from "../tree.ts";

/** An element that is being filled; one with a value keeps its children and gets no comments. */
interface Holder {
  readonly node: ConfigNode;
  readonly content: Content;
  readonly elements: readonly Holder[];
  readonly comments: CommentNode[];
}

/**
 * The document of a root without comments. A comment belongs to the element that it stands in, to the
 * one before it that it is indented like, or to the whole document. Lines of comment with nothing
 * between them are one comment.
 */
export function addComments(
  text: string,
  root: ConfigNode,
  comments: readonly PlacedText[],
): ConfigDocument {
  const before: CommentNode[] = [];
  const after: CommentNode[] = [];
  const holder = toHolder(root, "root");
  for (const comment of joinLines(text, comments)) {
    if (comment.offset < root.offset) before.push(comment);
    else if (comment.offset >= root.end && columnOf(text, comment) === 0) after.push(comment);
    else holderOf(text, holder, comment).comments.push(comment);
  }
  return { before, root: fromHolder(text, holder), after };
}

function toHolder(node: ConfigNode, content: Content): Holder {
  const elements = node.children.filter((child) => child.kind === "element")
    .map((child) => toHolder(child, contentOf(child.name, content)));
  return { node, content, elements, comments: [] };
}

function joinLines(text: string, lines: readonly PlacedText[]): CommentNode[] {
  const comments: CommentNode[] = [];
  for (const { text: line, offset, end } of lines) {
    const column = columnOf(text, { offset });
    const trailing = /\S/.test(text.slice(offset - column, offset));
    const last = comments[comments.length - 1];
    const isOneComment = last !== undefined && !trailing && !last.trailing &&
      last.end + 1 === offset - column && columnOf(text, last) === column;
    const content = line.trimEnd();
    if (isOneComment) {
      comments[comments.length - 1] = { ...last, text: `${last.text}\n${content}`, end };
    } else comments.push({ kind: "comment", text: content, offset, end, trailing });
  }
  return comments.map((comment) => ({ ...comment, text: balanced(comment.text) }));
}

/** `# a` is `<!-- a -->` in XML, and `#a` is `<!--a-->`. */
function balanced(text: string): string {
  return /^\s/.test(text) && !/\s$/.test(text) ? `${text} ` : text;
}

/** From 0. */
function columnOf(text: string, { offset }: { readonly offset: number }): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

function holderOf(text: string, holder: Holder, comment: CommentNode): Holder {
  const previous = holder.elements[countBefore(holder.elements, comment.offset) - 1];
  if (previous === undefined || previous.content === "value") return holder;
  return belongsInside(text, previous, comment, holder.content === "root")
    ? holderOf(text, previous, comment)
    : holder;
}

function belongsInside(
  text: string,
  { node }: Holder,
  comment: CommentNode,
  isTopLevel: boolean,
): boolean {
  if (comment.offset < node.end) return true;
  if (comment.trailing) return !text.slice(node.end, comment.offset).includes("\n");
  const indent = columnOf(text, comment) - columnOf(text, node);
  // The items of a top-level list may stand below the first letter of its key.
  return isTopLevel ? indent > 0 : indent >= 0;
}

/** How many elements begin before an offset. */
function countBefore(elements: readonly Holder[], offset: number): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (elements[middle].node.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fromHolder(text: string, { node, content, elements, comments }: Holder): ConfigNode {
  if (content === "value") return node;
  const inOrder: ChildNode[] = [
    ...elements.map((element) => fromHolder(text, element)),
    ...comments,
  ].sort((a, b) => a.offset - b.offset);
  const children = inOrder.flatMap((child) => {
    const lineStart = child.offset - columnOf(text, child);
    const isBehindEmptyLine = lineStart > 0 && /\n[ \t]*\n$/.test(
      text.slice(Math.max(0, lineStart - 200), lineStart),
    );
    return isBehindEmptyLine ? [emptyLine(lineStart), child] : [child];
  });
  return { ...node, children };
}

function emptyLine(offset: number): ChildNode {
  return { kind: "text", text: "\n\n", offset, end: offset };
}
