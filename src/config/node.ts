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
  /** Of the whole element: of its `<` in XML. */
  readonly offset: number;
  readonly end: number;
  /** In document order. */
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
  readonly children: readonly ChildNode[];
}

/** Text or CDATA directly inside an element. */
export interface TextNode extends PlacedText {
  readonly kind: "text";
}

/** A comment, without its delimiters. */
export interface CommentNode extends PlacedText {
  readonly kind: "comment";
}

/** What an element holds, in document order. */
export type ChildNode = ConfigNode | TextNode | CommentNode;

/** A whole document: comments may stand before and behind its root. */
export interface ConfigDocument {
  readonly before: readonly CommentNode[];
  readonly root: ConfigNode;
  readonly after: readonly CommentNode[];
}
