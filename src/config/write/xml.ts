/** ConfigDocument -> canonical XML, the form that docs/fmt.md describes. */
import { isAdditionalField } from "../../schema/additional.ts";
import { quote } from "../diagnostics.ts";
import type { ChildNode, CommentNode, ConfigDocument, ConfigNode, TextNode } from "../node.ts";
import { type Content, contentOf, NOT_BLANK, trimBlank } from "../tree.ts";

/** A document has something that XML 1.0 cannot hold: a control character, a name with a blank. */
export class NotXmlError extends Error {
  override readonly name = "NotXmlError";

  /** `offset` is where the text or element begins in the source of the document. */
  constructor(readonly offset: number, message: string) {
    super(message);
  }
}

const INDENT = "  ";
const ATTRIBUTE_ORDER = [
  "schemaversion",
  "name",
  "groupRelation",
  "onmatch",
  "default",
  "condition",
];

/**
 * Writes a configuration as XML. Values, names and comments keep their exact text, so that reading
 * the result gives the same configuration; writing what was read from it gives the same text.
 *
 * @throws {NotXmlError} for what XML cannot hold; a document read from XML never has it
 */
export function writeXml(document: ConfigDocument): string {
  const lines: string[] = [];
  const writer = new Writer(lines);
  for (const comment of document.before) lines.push(commentText(comment));
  writer.container(document.root, "", "root");
  for (const comment of document.after) lines.push(commentText(comment));
  return lines.join("\n") + "\n";
}

class Writer {
  readonly #lines: string[];

  constructor(lines: string[]) {
    this.#lines = lines;
  }

  /** Writes an element that holds elements, one a line, at most one empty line between them. */
  container(node: ConfigNode, indent: string, holds: Content): void {
    const tag = startTag(node);
    const children = node.children.filter((child) => !isBlank(child));
    if (children.length === 0) {
      this.#lines.push(`${indent}${tag}/>`);
      return;
    }
    this.#lines.push(`${indent}${tag}>`);
    this.#children(node.children, indent + INDENT, holds);
    this.#lines.push(`${indent}</${node.name}>`);
  }

  #children(children: readonly ChildNode[], indent: string, holds: Content): void {
    let before: ChildNode["kind"] | undefined;
    let emptyLine = false;
    for (const child of children) {
      if (isBlank(child)) {
        emptyLine = /\n[ \t\r]*\n/.test(child.text);
        continue;
      }
      const canFollow = before === "element" || before === "comment";
      if (canFollow && child.kind === "comment" && child.trailing) {
        this.#lines[this.#lines.length - 1] += ` ${commentText(child)}`;
      } else {
        if (before !== undefined && emptyLine) this.#lines.push("");
        this.#child(child, indent, holds);
      }
      before = child.kind;
      emptyLine = false;
    }
  }

  #child(child: ChildNode, indent: string, holds: Content): void {
    if (child.kind === "comment") {
      this.#lines.push(indent + commentText(child));
    } else if (child.kind === "text") {
      // Sysmon ignores such text; only the permissive profile lets it through.
      this.#lines.push(indent + escapeText({ ...child, text: trimBlank(child.text) }));
    } else {
      const inner = contentOf(child.name, holds);
      if (inner === "value") this.#lines.push(indent + valueElement(child));
      else this.container(child, indent, inner);
    }
  }
}

/** An element whose blanks count: nothing is added to its content and nothing is taken away. */
function valueElement(node: ConfigNode): string {
  const content = node.children.map(inlineChild).join("");
  return content === "" ? `${startTag(node)}/>` : `${startTag(node)}>${content}</${node.name}>`;
}

function inlineChild(child: ChildNode): string {
  if (child.kind === "comment") return commentText(child);
  return child.kind === "text" ? escapeText(child) : valueElement(child);
}

/** `<Image condition="is"`, without its end. */
function startTag(node: ConfigNode): string {
  if (isAdditionalField(node.name)) {
    throw new NotXmlError(node.offset, `${node.name} has no place in a configuration in XML`);
  }
  for (const name of [node.name, ...node.attributes.keys()]) {
    if (!NAME.test(name)) throw new NotXmlError(node.offset, `${quote(name)} is no name in XML`);
  }
  const inOrder = [...node.attributes].sort(([a], [b]) => rank(a) - rank(b));
  return inOrder.reduce(
    (tag, [name, { text, offset }]) => `${tag} ${name}="${escapeAttribute(text, offset)}"`,
    `<${node.name}`,
  );
}

function rank(attribute: string): number {
  const position = ATTRIBUTE_ORDER.indexOf(attribute);
  return position === -1 ? ATTRIBUTE_ORDER.length : position;
}

function isBlank(child: ChildNode): child is TextNode {
  return child.kind === "text" && !NOT_BLANK.test(child.text);
}

/** Comments that come from XML are kept as they are; others must not contain `--`. */
function commentText({ text, offset }: CommentNode): string {
  for (const [character] of text.matchAll(NOT_XML)) refuse(character, offset);
  return `<!--${text.replace(/-(?=-)/g, "- ").replace(/-$/, "- ")}-->`;
}

// NameStartChar and NameChar of XML 1.0.
const NAME_START =
  ":A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}" +
  "\\u{200c}\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}" +
  "\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}";
const NAME = new RegExp(
  `^[${NAME_START}][${NAME_START}\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}\\u{2040}]*$`,
  "u",
);

const NOT_XML =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;

// What one cannot see, or what reorders its neighbours: control and format characters, and all
// blanks but the plain one.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const ESCAPED_IN_TEXT = new RegExp(`[&<>]|(?!\\n)(?:${HIDDEN.source})`, "gu");
const ESCAPED_IN_ATTRIBUTE = new RegExp(`[&<>"]|${HIDDEN.source}`, "gu");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeText({ text, offset }: TextNode): string {
  for (const [character] of text.matchAll(NOT_XML)) refuse(character, offset);
  return text.replace(ESCAPED_IN_TEXT, reference);
}

function escapeAttribute(text: string, offset: number): string {
  for (const [character] of text.matchAll(NOT_XML)) refuse(character, offset);
  return text.replace(ESCAPED_IN_ATTRIBUTE, reference);
}

function reference(character: string): string {
  return ENTITIES[character] ?? `&#x${character.codePointAt(0)!.toString(16).toUpperCase()};`;
}

function refuse(character: string, offset: number): never {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  throw new NotXmlError(offset, `XML cannot hold the character U+${code}`);
}
