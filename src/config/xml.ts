/** XML text -> tree of elements with the places of elements, attributes, texts and comments. */
import {
  parseXml,
  XmlComment,
  XmlElement,
  XmlError,
  type XmlNode,
  XmlText,
} from "@rgrove/parse-xml";
import { escapeUnprintable } from "./diagnostics.ts";
import type { ChildNode, ConfigDocument, ConfigNode, NodeAttribute } from "./node.ts";
import { prescan, type Refusal } from "./prescan.ts";

/** The document, or why there is none. */
export type Parsed =
  | { readonly document: ConfigDocument; readonly refusal?: undefined }
  | { readonly document?: undefined; readonly refusal: Refusal };

/**
 * Parses text with LF line ends. Never recurses deeper than the prescan's limit, expands no entities
 * but the five of XML. `keepUnknownEntities` leaves `&unknown;` as text instead of refusing it.
 */
export function parseXmlText(text: string, keepUnknownEntities: boolean): Parsed {
  const refusal = prescan(text);
  if (refusal !== undefined) return { refusal };
  try {
    const document = parseXml(blankDeclaration(text), {
      includeOffsets: true,
      preserveComments: true,
      ignoreUndefinedEntities: keepUnknownEntities,
    });
    return { document: toDocument(text, document.children) };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const reason = error.message.split("\n", 1)[0].replace(/ \(line \d+, column \d+\)$/, "");
    return {
      refusal: {
        code: "MON010",
        offset: placeOf(reason, text, utf16Offset(text, error.pos)),
        message: `not well-formed XML: ${escapeUnprintable(lowerFirst(reason))}`,
        ...(/reference|entity/.test(reason) && { help: "write &amp; for a plain &" }),
      },
    };
  }
}

/** Sysmon cuts the XML declaration off unread, also behind blanks; blanks keep all offsets. */
function blankDeclaration(text: string): string {
  const declaration = /^\s*<\?xml\s[^<>]*\?>/.exec(text.slice(0, 2048))?.[0];
  if (declaration === undefined) return text;
  return declaration.replace(/[^\n]/g, " ") + text.slice(declaration.length);
}

/** The parser stops behind a repeated attribute and behind a reference that it cannot read. */
function placeOf(reason: string, text: string, stopped: number): number {
  if (/reference|entity/.test(reason)) return Math.max(text.lastIndexOf("&", stopped), 0);
  const repeated = /^Duplicate attribute: (\S+)$/i.exec(reason)?.[1];
  if (repeated === undefined) return stopped;
  return Math.max(text.lastIndexOf(repeated, stopped), 0);
}

function lowerFirst(text: string): string {
  const startsWithWord = /^[A-Z][a-z]/.test(text);
  return (startsWithWord ? text[0].toLowerCase() : text.slice(0, 1)) + text.slice(1, 200);
}

/** The parser counts code points where the text has a surrogate pair anywhere. */
function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let i = 0; i < codePoints && offset < text.length; i++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

function toDocument(source: string, nodes: readonly XmlNode[]): ConfigDocument {
  const children = toChildren(source, nodes);
  const at = children.findIndex((child) => child.kind === "element");
  const isComment = (child: ChildNode) => child.kind === "comment";
  return {
    before: children.slice(0, at).filter(isComment),
    root: children[at] as ConfigNode,
    after: children.slice(at + 1).filter(isComment),
  };
}

function toChildren(source: string, nodes: readonly XmlNode[]): ChildNode[] {
  const children: ChildNode[] = [];
  for (const node of nodes) {
    const { start: offset, end } = node;
    if (node instanceof XmlText) children.push({ kind: "text", text: node.text, offset, end });
    else if (node instanceof XmlElement) children.push(toElement(source, node));
    else if (node instanceof XmlComment) {
      const trailing = isBehindTag(source, offset);
      children.push({ kind: "comment", text: node.content, offset, end, trailing });
    }
  }
  return children;
}

function toElement(source: string, element: XmlElement): ConfigNode {
  const { name, start: offset, end } = element;
  const nameOffset = offset + 1;
  const attributes = new Map<string, NodeAttribute>();
  const behindAttributes = readAttributes(source, element, nameOffset + name.length, attributes);
  return {
    kind: "element",
    name,
    nameOffset,
    offset,
    end,
    contentOffset: source.indexOf(">", behindAttributes) + 1,
    attributes,
    children: toChildren(source, element.children),
  };
}

function isBehindTag(source: string, offset: number): boolean {
  let at = offset - 1;
  while (source[at] === " " || source[at] === "\t") at--;
  return source[at] === ">";
}

/** Finds the attributes of a start tag, which the parser has checked already. */
function readAttributes(
  source: string,
  { attributes }: XmlElement,
  behindName: number,
  found: Map<string, NodeAttribute>,
): number {
  let at = behindName;
  for (const name in attributes) {
    const nameOffset = source.indexOf(name, at);
    let quote = source.indexOf("=", nameOffset + name.length) + 1;
    while (source[quote] !== '"' && source[quote] !== "'") quote++;
    const offset = quote + 1;
    const end = source.indexOf(source[quote], offset);
    found.set(name, { text: attributes[name], nameOffset, offset, end });
    at = end + 1;
  }
  return at;
}
