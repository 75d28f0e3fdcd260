/** Writing XML by lines. */
import { escapeMarkup } from "../output/markup.ts";

/** A start tag, or an empty element; attributes that are undefined are left out. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  empty = false,
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeMarkup(value!)}"`)
    .join("");
  return `<${name}${written}${empty ? " />" : ">"}`;
}

/** An element around lines, which are indented. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...inside: readonly string[]
): string[] {
  if (inside.length === 0) return [tag(name, attributes, true)];
  return [tag(name, attributes), ...inside.map((line) => `  ${line}`), `</${name}>`];
}
