/** ConfigDocument -> YAML, the form that docs/yaml.md describes. */
import { ENTRIES, isListOperator } from "../../schema/options.ts";
import { quote } from "../diagnostics.ts";
import type { ChildNode, CommentNode, ConfigDocument, ConfigNode } from "../node.ts";
import { childElements, type Content, contentOf, ownText, strayText } from "../tree.ts";
import { yamlScalar } from "./yaml_scalar.ts";
import {
  ENTRY_SEPARATOR,
  ITEM_FORMS,
  type ItemKind,
  LIST_ENTRIES,
  LONG_FORM,
  SIZES_ENTRY,
  VALUE_SEPARATOR,
} from "../yaml/form.ts";

/** A document has something that the YAML form has no place for. */
export class NotYamlError extends Error {
  override readonly name = "NotYamlError";

  /** `offset` is where that begins in the source of the document. */
  constructor(readonly offset: number, message: string) {
    super(message);
  }
}

/** Longer maps and lists get a line for each item. */
const MAX_WIDTH = 100;

/**
 * Writes a configuration as YAML. Reading the result gives the same configuration with the same
 * comments; writing what was read from it gives the same text.
 *
 * @throws {NotYamlError} for what only the permissive profile lets through: unknown attributes, and
 * text or elements where none belong
 */
export function writeYaml(document: ConfigDocument): string {
  const writer = new Writer();
  for (const comment of document.before) writer.comment(comment, "");
  writer.root(document.root);
  for (const comment of document.after) writer.comment(comment, "");
  return writer.text();
}

/** Lines of an item: its first one goes behind the dash. */
type ItemLines = readonly string[];

class Writer {
  readonly #lines: string[] = [];
  /** Lines of comment next to each other are one comment, so that two need a line between them. */
  #isBehindComment = false;

  text(): string {
    return this.#lines.join("\n") + "\n";
  }

  comment({ text }: CommentNode, indent: string): void {
    if (this.#isBehindComment) this.#emptyLine();
    for (const line of text.split("\n")) this.#lines.push(`${indent}#${line.trimEnd()}`);
    this.#isBehindComment = true;
  }

  root(root: ConfigNode): void {
    checkAttributes(root, ["schemaversion"]);
    const version = root.attributes.get("schemaversion");
    if (version !== undefined) {
      this.#line(`schemaversion: ${yamlScalar(version.text, "block")}${besideStart(root)}`);
    }
    const names = childElements(root).map(({ name }) => name);
    const isLong = new Set(names).size < names.length;
    if (isLong) this.#line(`${LONG_FORM}:`);
    const indent = isLong ? "  " : "";
    this.#children(root, indent, "root", (child) => {
      if (child.name === "EventFiltering") this.#filtering(child, indent, isLong ? "- " : "");
      else this.#item(entryLines(child), indent, isLong ? "- " : "");
    });
    if (this.#lines.length === 0) this.#line("{}");
  }

  #filtering(node: ConfigNode, indent: string, dash: string): void {
    checkAttributes(node, []);
    const isEmpty = node.children.every((child) => child.kind === "text");
    this.#line(`${indent}${dash}EventFiltering:${isEmpty ? " []" : besideStart(node)}`);
    const inner = `${indent}${" ".repeat(dash.length)}  `;
    this.#children(node, inner, "filters", (child, content) => this.#filter(child, inner, content));
  }

  #filter(node: ConfigNode, indent: string, content: Content): void {
    const kind: ItemKind = content === "filters" ? "group" : "event";
    this.#container(node, indent, kind, content, (child, inner, innerContent) => {
      if (content === "filters") this.#filter(child, inner, innerContent);
      else this.#condition(child, inner, innerContent);
    });
  }

  #condition(node: ConfigNode, indent: string, content: Content): void {
    if (content === "value") {
      for (const child of node.children) {
        if (child.kind === "comment") this.comment(child, indent);
      }
      this.#item(conditionLines(node, indent.length + 2), indent, "- ");
      return;
    }
    this.#container(node, indent, "rule", content, (child, inner, innerContent) => {
      this.#condition(child, inner, innerContent);
    });
  }

  #container(
    node: ConfigNode,
    indent: string,
    kind: ItemKind,
    content: Content,
    write: (child: ConfigNode, indent: string, content: Content) => void,
  ): void {
    const { short, attributes, children } = ITEM_FORMS[kind];
    checkAttributes(node, attributes);
    const value = node.attributes.get(short!);
    const first = `${yamlScalar(node.name, "block")}:`;
    const lines = [
      (value === undefined ? first : `${first} ${yamlScalar(value.text, "block")}`) +
      besideStart(node),
    ];
    for (const name of attributes) {
      const text = name === short ? undefined : node.attributes.get(name)?.text;
      if (text !== undefined) lines.push(`${name}: ${yamlScalar(text, "block")}`);
    }
    if (childElements(node).length > 0) lines.push(`${children}:`);
    this.#item(lines, indent, "- ");
    const inner = `${indent}    `;
    this.#children(node, inner, content, (child, childContent) => {
      write(child, inner, childContent);
    });
  }

  #children(
    node: ConfigNode,
    indent: string,
    content: Content,
    write: (child: ConfigNode, content: Content) => void,
  ): void {
    const stray = strayText(node);
    if (stray !== undefined) {
      throw new NotYamlError(stray.offset, `text stands directly inside <${node.name}>`);
    }
    const beside = commentBesideStart(node);
    const children = node.children.filter((child) => child.kind !== "text" && child !== beside);
    const apart = elementsApart(node.children, content);
    children.forEach((child, index) => {
      const previous = children[index - 1];
      if (index > 0 && apart.has(child)) this.#emptyLine();
      if (child.kind === "element") write(child, contentOf(child.name, content));
      else if (child.kind === "comment" && !this.#addTrailing(child, previous, content)) {
        this.comment(child, indent);
      }
    });
  }

  /** Puts a comment behind the element that it stands behind, if that is on one line. */
  #addTrailing(comment: CommentNode, previous: ChildNode | undefined, content: Content): boolean {
    const isPossible = comment.trailing && previous?.kind === "element" &&
      contentOf(previous.name, content) === "value" && !comment.text.includes("\n");
    if (!isPossible) return false;
    this.#lines[this.#lines.length - 1] += ` #${comment.text.trimEnd()}`;
    return true;
  }

  #item(lines: ItemLines, indent: string, dash: string): void {
    const inner = indent + " ".repeat(dash.length);
    lines.forEach((line, index) => this.#line(index === 0 ? indent + dash + line : inner + line));
  }

  #line(line: string): void {
    this.#lines.push(line);
    this.#isBehindComment = false;
  }

  #emptyLine(): void {
    if (this.#lines.length > 0 && this.#lines[this.#lines.length - 1] !== "") this.#line("");
  }
}

/** The comment that stands on the line on which an element with children begins. */
function commentBesideStart({ attributes, name, children }: ConfigNode): CommentNode | undefined {
  const first = children.find((child) => child.kind !== "text");
  if (first?.kind !== "comment" || !first.trailing || first.text.includes("\n")) return undefined;
  return name === "Sysmon" && !attributes.has("schemaversion") ? undefined : first;
}

function besideStart(node: ConfigNode): string {
  const comment = commentBesideStart(node);
  return comment === undefined ? "" : ` #${comment.text.trimEnd()}`;
}

/**
 * Children with an empty line before them: those that have one, EventFiltering, and events and
 * RuleGroups of several lines, each together with the comments right before it.
 */
function elementsApart(children: readonly ChildNode[], content: Content): Set<ChildNode> {
  const apart = new Set<ChildNode>();
  let comments: ChildNode | undefined;
  let isBehindEmptyLine = false;
  let isBehindLong = false;
  for (const child of children) {
    if (child.kind === "text") {
      isBehindEmptyLine = /\n[ \t]*\n/.test(child.text);
      if (isBehindEmptyLine) comments = undefined;
      continue;
    }
    if (isBehindEmptyLine) apart.add(child);
    isBehindEmptyLine = false;
    if (child.kind === "comment") {
      if (child.trailing) comments = undefined;
      else comments ??= child;
      continue;
    }
    const isLong = content === "filters" && childElements(child).length > 0;
    if (isLong || isBehindLong || child.name === "EventFiltering") apart.add(comments ?? child);
    isBehindLong = isLong;
    comments = undefined;
  }
  return apart;
}

function checkAttributes(node: ConfigNode, allowed: readonly string[]): void {
  for (const [name, { nameOffset }] of node.attributes) {
    if (allowed.includes(name)) continue;
    throw new NotYamlError(nameOffset, `<${node.name}> has the attribute ${quote(name)}`);
  }
}

function checkValue(node: ConfigNode): void {
  const [child] = childElements(node);
  if (child === undefined) return;
  throw new NotYamlError(child.offset, `an element stands inside the text of <${node.name}>`);
}

function entryLines(node: ConfigNode): ItemLines {
  checkAttributes(node, []);
  checkValue(node);
  const { name } = node;
  const key = `${yamlScalar(name, "block")}:`;
  const text = ownText(node);
  if (text === "") return [ENTRIES.get(name)?.content === "empty" ? `${key} true` : key];
  if (name === SIZES_ENTRY) {
    const sizes = text.split(ENTRY_SEPARATOR).map((item) => item.split(":"));
    const isMap = new Set(sizes.map(([field]) => field)).size === sizes.length &&
      sizes.every((pair) =>
        pair.length === 2 && /^[A-Za-z]+$/.test(pair[0]) && /^\d+$/.test(pair[1])
      );
    if (isMap) return [key, ...sizes.map(([field, size]) => `  ${field}: ${size}`)];
  }
  if (LIST_ENTRIES.has(name)) {
    const items = text.split(ENTRY_SEPARATOR);
    if (items.length > 1 && !items.includes("")) {
      return [`${key} [${items.map((item) => yamlScalar(item, "flow")).join(", ")}]`];
    }
  }
  return [`${key} ${yamlScalar(text, "block")}`];
}

function conditionLines(node: ConfigNode, column: number): ItemLines {
  checkAttributes(node, ITEM_FORMS.condition.attributes);
  checkValue(node);
  const key = `${yamlScalar(node.name, "block")}:`;
  const operator = node.attributes.get("condition")?.text;
  const name = node.attributes.get("name")?.text;
  const value = ownText(node);
  const lines = operator === undefined || operator === ""
    ? [`${key} ${yamlScalar(value, "block")}`]
    : operationLines(key, operator, value, column);
  if (operator === "") lines.push(`condition: ''`);
  if (name !== undefined) lines.push(`name: ${yamlScalar(name, "block")}`);
  return lines;
}

/** `Image: { end with: \a.exe }`, or a line for each part where that is too long. */
function operationLines(key: string, operator: string, value: string, column: number): string[] {
  const items = isListOperator(operator.toLowerCase()) ? value.split(VALUE_SEPARATOR) : [];
  const isList = items.length > 1 && !items.includes("");
  const inFlow = isList
    ? `[${items.map((item) => yamlScalar(item, "flow")).join(", ")}]`
    : yamlScalar(value, "flow");
  const line = `${key} { ${yamlScalar(operator, "flow")}: ${inFlow} }`;
  if (column + line.length <= MAX_WIDTH) return [line];
  const inner = `  ${yamlScalar(operator, "block")}:`;
  return isList
    ? [key, inner, ...items.map((item) => `    - ${yamlScalar(item, "block")}`)]
    : [key, `${inner} ${yamlScalar(value, "block")}`];
}
