/** A configuration's text -> its tree, in whichever language it is written. */
import type { ConfigDocument } from "./node.ts";
import type { Refusal } from "./prescan.ts";
import type { SourceText } from "./source.ts";
import { parseXmlText } from "./xml.ts";
import { parseYamlText } from "./yaml/read.ts";

/** The languages of configurations. */
export type Language = "xml" | "yaml";

/**
 * The tree, and what is wrong with the text's form. A tree that comes with problems lacks what they
 * are about: it is good for finding more problems, and for nothing else.
 */
export interface ParsedDocument {
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly Refusal[];
}

/** How a text is parsed. */
export interface ParseOptions {
  /** Leave unknown entities of XML as they are, as Sysmon for Linux's permissive reader does. */
  readonly permissive?: boolean;
  /** By file name and content when not given. */
  readonly language?: Language;
}

/** Parses a configuration. Never throws for bad input. */
export function parseDocument(source: SourceText, options: ParseOptions = {}): ParsedDocument {
  const { permissive = false, language = languageOf(source) } = options;
  if (language === "yaml") return parseYamlText(source.text);
  const { document, refusal } = parseXmlText(source.text, permissive);
  return { document, problems: refusal === undefined ? [] : [refusal] };
}

const BY_EXTENSION: readonly (readonly [RegExp, Language])[] = [
  [/\.ya?ml$/i, "yaml"],
  [/\.xml$/i, "xml"],
];

/** The language that a file name tells by its extension. */
export function languageOfName(fileName: string): Language | undefined {
  return BY_EXTENSION.find(([extension]) => extension.test(fileName))?.[1];
}

// A line may be commented out in YAML, or stand as text in XML: what begins with < is XML.
const BEGINS_LIKE_XML = /^\s*</;
const HAS_YAML_KEY =
  /^(?:---[ \t]+)?["']?(?:schemaversion|EventFiltering|Sysmon)["']?[ \t]*:(?!\S)/m;
const BEGINS_LIKE_JSON = /^\s*\{/;

/** By extension; else by content, and XML when that does not tell either. */
export function languageOf({ fileName, text }: SourceText): Language {
  const byName = languageOfName(fileName);
  if (byName !== undefined) return byName;
  if (BEGINS_LIKE_XML.test(text)) return "xml";
  return BEGINS_LIKE_JSON.test(text) || HAS_YAML_KEY.test(text) ? "yaml" : "xml";
}
