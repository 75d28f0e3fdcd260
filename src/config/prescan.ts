/** A linear look over the text before it is parsed: what would overwhelm a parser is refused here. */
import type { Code } from "./codes.ts";

/** How deep elements may be nested; a valid configuration needs 6. */
export const MAX_DEPTH = 100;
/** How many elements and comments a file may have. */
export const MAX_ELEMENTS = 200_000;
/** How many attributes one element may have; a valid configuration needs 2. */
const MAX_ATTRIBUTES = 32;

/** Why a text is not parsed at all. */
export interface Refusal {
  readonly code: Code;
  readonly offset: number;
  /** Behind the stretch that it is about, where that is known. */
  readonly end?: number;
  readonly message: string;
  readonly help?: string;
}

/**
 * Looks for DOCTYPE (entity bombs), deep nesting and masses of elements or attributes. It does not
 * check that the text is well-formed: it stops where it cannot follow and leaves that to the parser.
 */
export function prescan(text: string): Refusal | undefined {
  let depth = 0;
  let nodes = 0;
  let at = text.indexOf("<");
  if (at === -1) {
    const firstText = text.search(/\S/);
    return {
      code: "MON010",
      offset: firstText === -1 ? text.length : firstText,
      message: "not well-formed XML: root element is missing or invalid",
    };
  }
  while (at !== -1) {
    let end: number;
    if (text.startsWith("<!--", at)) {
      if (++nodes > MAX_ELEMENTS) return tooMany(at);
      end = endOf(text, "-->", at + 4);
    } else if (text.startsWith("<![CDATA[", at)) {
      end = endOf(text, "]]>", at + 9);
    } else if (text.startsWith("<?", at)) {
      end = endOf(text, "?>", at + 2);
    } else if (text.startsWith("<!", at)) {
      return text.startsWith("<!DOCTYPE", at)
        ? {
          code: "MON011",
          offset: at,
          message: "a DOCTYPE is not allowed in a configuration",
          help: "remove it, and write out what its entities stand for",
        }
        : undefined;
    } else if (text.startsWith("</", at)) {
      depth--;
      end = endOf(text, ">", at + 2);
    } else {
      const tag = readTag(text, at);
      if (tag === undefined) return undefined;
      if (tag.attributes > MAX_ATTRIBUTES) {
        return {
          code: "MON013",
          offset: at,
          message: `the element has more than ${MAX_ATTRIBUTES} attributes`,
        };
      }
      if (++nodes > MAX_ELEMENTS) return tooMany(at);
      if (!tag.selfClosing && ++depth > MAX_DEPTH) {
        return {
          code: "MON012",
          offset: at,
          message: `elements are nested more than ${MAX_DEPTH} deep`,
        };
      }
      end = tag.end;
    }
    if (end === -1) return undefined;
    at = text.indexOf("<", end);
  }
  return undefined;
}

function tooMany(offset: number): Refusal {
  const message = `the file has more than ${MAX_ELEMENTS} elements and comments`;
  return { code: "MON013", offset, message };
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

interface Tag {
  readonly end: number;
  readonly attributes: number;
  readonly selfClosing: boolean;
}

function readTag(text: string, start: number): Tag | undefined {
  let attributes = 0;
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x3e) {
      return { end: at + 1, attributes, selfClosing: text.charCodeAt(at - 1) === 0x2f };
    }
    if (character === 0x3c) return undefined;
    if (character === 0x22 || character === 0x27) {
      at = text.indexOf(character === 0x22 ? '"' : "'", at + 1);
      if (at === -1) return undefined;
      attributes++;
    }
  }
  return undefined;
}
