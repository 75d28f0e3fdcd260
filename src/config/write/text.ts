/** A configuration's tree -> its text, in either language. */
import type { ConfigDocument } from "../node.ts";
import type { Language } from "../parse.ts";
import { writeXml } from "./xml.ts";
import { writeYaml } from "./yaml.ts";

/**
 * Writes a document in the canonical form of a language.
 *
 * @throws {NotXmlError | NotYamlError} for what that language cannot hold; a document that gives a
 * valid configuration has nothing of that kind
 */
export function writeDocument(document: ConfigDocument, language: Language): string {
  return language === "yaml" ? writeYaml(document) : writeXml(document);
}
