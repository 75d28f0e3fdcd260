/** YAML text (docs/yaml.md) -> the same tree that XML gives, with places in the YAML text. */
import type { ConfigDocument } from "../node.ts";
import type { Refusal } from "../prescan.ts";
import { addComments } from "./comments.ts";
import { readYamlRoot } from "./items.ts";
import { YamlNodes } from "./nodes.ts";
import { scanYaml } from "./scan.ts";

/** The document, as far as there is one, and everything that is wrong with its form. */
export interface ParsedYaml {
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly Refusal[];
}

/** Parses text with LF line ends. Never throws for bad input. */
export function parseYamlText(text: string): ParsedYaml {
  const scanned = scanYaml(text);
  if (scanned.refusal !== undefined) return { document: undefined, problems: [scanned.refusal] };
  const nodes = new YamlNodes(text);
  const root = readYamlRoot(nodes, scanned.contents);
  if (root === undefined) return { document: undefined, problems: nodes.problems };
  return { document: addComments(text, root, scanned.comments), problems: nodes.problems };
}
