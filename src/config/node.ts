/** A configuration as a tree, whichever language it is written in. Offsets point into its text. */

/** A stretch of the source with what it means (entities and escapes resolved). */
export interface PlacedText {
  readonly text: string;
  readonly offset: number;
  /** Behind its last character. */
  readonly end: number;
}

/** An attribute; `offset` and `end` are those of the value without its quotes. */
export interface NodeAttribute extends PlacedText {
  readonly nameOffset: number;
}

/** An element: `<Image condition="is">…</Image>`, or what stands for it in YAML. */
export interface ConfigNode {
  readonly kind: "element";
  readonly name: string;
  readonly nameOffset: number;
  /** Of the whole element: of its `<` in XML. */
  readonly offset: number;
  readonly end: number;
  /** Where its content begins, or would begin if it had any. */
  readonly contentOffset: number;
  /** In document order. */
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
  readonly children: readonly ChildNode[];
}

/**
 * Text or CDATA directly inside an element. Between elements and comments, blank text with two or more
 * line ends is an empty line.
 */
export interface TextNode extends PlacedText {
  readonly kind: "text";
}

/** A comment, without its delimiters; `offset` and `end` are those of the comment with them. */
export interface CommentNode extends PlacedText {
  readonly kind: "comment";
  /** Whether it stands on the line on which what is before it ends. */
  readonly trailing: boolean;
}

/** What an element holds, in document order. */
export type ChildNode = ConfigNode | TextNode | CommentNode;

/** A whole document: comments may stand before and behind its root. */
export interface ConfigDocument {
  readonly before: readonly CommentNode[];
  readonly root: ConfigNode;
  readonly after: readonly CommentNode[];
}
