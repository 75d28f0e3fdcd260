/** XML text -> tree of elements with the places of elements, attributes and texts. */
import { parseXml, XmlElement, XmlError, XmlText } from "@rgrove/parse-xml";
import { escapeUnprintable } from "./diagnostics.ts";
import { prescan, type Refusal } from "./prescan.ts";

export { XmlElement, XmlText };

/** The root element, or why there is none. */
export type Parsed =
  | { readonly root: XmlElement; readonly refusal?: undefined }
  | { readonly root?: undefined; readonly refusal: Refusal };

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
      ignoreUndefinedEntities: keepUnknownEntities,
    });
    return { root: document.root! };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const reason = error.message.split("\n", 1)[0].replace(/ \(line \d+, column \d+\)$/, "");
    return {
      refusal: {
        code: "MON010",
        offset: utf16Offset(text, error.pos),
        message: `not well-formed XML: ${escapeUnprintable(lowerFirst(reason))}`,
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

/** Child elements in document order. */
export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child): child is XmlElement => child instanceof XmlElement);
}

/** The text of an element without that of its child elements; comments leave no gap. */
export function ownText(element: XmlElement): string {
  let text = "";
  for (const child of element.children) {
    if (child instanceof XmlText) text += child.text;
  }
  return text;
}

/** Offset of the first character that is text directly in the element and not blank, or -1. */
export function strayTextOffset(source: string, element: XmlElement): number {
  for (const child of element.children) {
    if (child instanceof XmlText && /\S/.test(child.text)) {
      const found = source.slice(child.start, child.end).search(/\S/);
      return child.start + Math.max(found, 0);
    }
  }
  return -1;
}

/** Offset of the element's text, or of the place behind its start tag when it has none. */
export function textOffset(source: string, element: XmlElement): number {
  const text = element.children.find((child) => child instanceof XmlText);
  if (text !== undefined) return text.start;
  return startTagEnd(source, element.start);
}

/** Places of an attribute's name and of the first character of its value. */
export interface AttributePlace {
  readonly name: number;
  readonly value: number;
}

/** Finds an attribute in the start tag at `elementStart`; the parser has checked the tag already. */
export function attributePlace(
  source: string,
  elementStart: number,
  name: string,
): AttributePlace {
  const end = startTagEnd(source, elementStart);
  let at = elementStart + 1;
  while (at < end && !/[\s/>]/.test(source[at])) at++;
  while (at < end) {
    while (at < end && /\s/.test(source[at])) at++;
    const nameStart = at;
    while (at < end && !/[\s=/>]/.test(source[at])) at++;
    const found = source.slice(nameStart, at);
    while (at < end && source[at] !== '"' && source[at] !== "'") at++;
    if (at >= end) break;
    const value = at + 1;
    if (found === name) return { name: nameStart, value };
    at = source.indexOf(source[at], value) + 1;
  }
  return { name: elementStart, value: elementStart };
}

function startTagEnd(source: string, elementStart: number): number {
  for (let at = elementStart; at < source.length; at++) {
    const character = source[at];
    if (character === ">") return at + 1;
    if (character === '"' || character === "'") at = source.indexOf(character, at + 1);
  }
  return source.length;
}
