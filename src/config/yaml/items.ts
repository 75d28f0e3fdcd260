/** Maps and lists of the YAML form -> elements, attributes and texts of the tree. */
import { isMap, isSeq, type Node } from "yaml";
import { eventsByTag } from "../../schema/events.ts";
import { ENTRIES, isListOperator, LIST_OPERATORS } from "../../schema/options.ts";
import { quote } from "../diagnostics.ts";
import type { ChildNode, ConfigNode, NodeAttribute, PlacedText, TextNode } from "../node.ts";
import { closest, meant, oneOf } from "../suggest.ts";
import {
  ENTRY_SEPARATOR,
  ITEM_FORMS,
  type ItemKind,
  LIST_ENTRIES,
  LONG_FORM,
  SIDE_KEYS,
  sideKeysOf,
  SIZES_ENTRY,
  VALUE_SEPARATOR,
} from "./form.ts";
import type { YamlEntry, YamlNodes } from "./nodes.ts";

const ONE_ITEM_EACH = "put each behind a `-` of its own";

/** The `<Sysmon>` element of a document, or undefined when it is no map. */
export function readYamlRoot(nodes: YamlNodes, contents: Node | undefined): ConfigNode | undefined {
  const start = { offset: 0, end: 1 };
  if (nodes.isNothing(contents)) {
    nodes.problem("MON208", start, "the file has no configuration", "begin with `schemaversion:`");
    return undefined;
  }
  const entries = nodes.map(contents, "a configuration", "begin with `schemaversion:`");
  if (entries === undefined) return undefined;
  const attributes = new Map<string, NodeAttribute>();
  const children: ConfigNode[] = [];
  for (const entry of entries) {
    const { key, value } = entry;
    if (key.text === "schemaversion") addAttribute(nodes, attributes, entry);
    else if (key.text === LONG_FORM) readLongForm(nodes, value, children);
    else if (closest(key.text, ["schemaversion"]) !== undefined) {
      nodes.problem("MON206", key, `unknown key ${quote(key.text)}`, meant("schemaversion"));
      addAttribute(nodes, attributes, { ...entry, key: { ...key, text: "schemaversion" } });
    } else children.push(readTopLevel(nodes, entry));
  }
  const longForm = entries.find(({ key }) => key.text === LONG_FORM);
  const beside = entries.find(({ key }) => key.text !== "schemaversion" && key !== longForm?.key);
  if (longForm !== undefined && beside !== undefined) {
    const message = `${quote(beside.key.text)} cannot stand beside ${LONG_FORM}`;
    nodes.problem("MON206", beside.key, message, `move it into the list below \`${LONG_FORM}:\``);
  }
  const { offset, end } = nodes.extent(contents);
  const place = { nameOffset: offset, offset, end, contentOffset: offset };
  return { kind: "element", name: "Sysmon", ...place, attributes, children };
}

function readLongForm(nodes: YamlNodes, value: Node | undefined, children: ConfigNode[]): void {
  for (const item of nodes.list(value, LONG_FORM, "write `-` before each entry")) {
    const entries = nodes.map(item, `an item of ${LONG_FORM}`) ?? [];
    if (entries.length > 1) {
      const [first, second] = entries;
      const names = `${quote(first.key.text)} and ${quote(second.key.text)}`;
      nodes.problem("MON210", second.key, `${names} are in one item`, ONE_ITEM_EACH);
    }
    for (const entry of entries) children.push(readTopLevel(nodes, entry));
  }
}

function readTopLevel(nodes: YamlNodes, entry: YamlEntry): ConfigNode {
  const { key, value } = entry;
  if (key.text !== "EventFiltering") return element(entry, readEntryText(nodes, key.text, value));
  const items = nodes.list(value, "EventFiltering", "write `-` before each event");
  return element(entry, items.flatMap((item) => readFilter(nodes, item)));
}

function readEntryText(nodes: YamlNodes, name: string, value: Node | undefined): TextNode[] {
  const definition = ENTRIES.get(name);
  if (nodes.isNothing(value) || (definition === undefined && (isMap(value) || isSeq(value)))) {
    return [];
  }
  if (isSeq(value) && LIST_ENTRIES.has(name)) {
    return textNodes(joinList(nodes, value, ENTRY_SEPARATOR));
  }
  if (isMap(value) && name === SIZES_ENTRY) return textNodes(joinSizes(nodes, value));
  const text = nodes.text(value, name);
  const isSwitchedOn = definition?.content === "empty" && text?.text === "true";
  return isSwitchedOn ? [] : textNodes(text);
}

/** An item of EventFiltering or of a RuleGroup's events. */
function readFilter(nodes: YamlNodes, item: Node): ConfigNode[] {
  const isFilter = (key: string) => key === "RuleGroup" || eventsByTag(key).length > 0;
  const parts = readItem(nodes, item, isFilter, "an event such as `ProcessCreate`, or `RuleGroup`");
  if (parts === undefined) return [];
  const name = parts.first.key.text;
  const kind = name.toLowerCase() === "rulegroup" ? "group" : "event";
  const isKnown = kind === "group" || isFilter(name);
  checkSideKeys(nodes, parts, kind, isFilter, isKnown);
  const children: ConfigNode[] = [];
  for (const { key, value } of parts.beside) {
    if (key.text === "events" && (kind === "group" || !isKnown)) {
      for (const child of nodes.list(value, "events", "write `-` before each event")) {
        children.push(...readFilter(nodes, child));
      }
    } else if (key.text === "conditions" && kind === "event") {
      for (const child of nodes.list(value, "conditions", "write `-` before each condition")) {
        children.push(...readCondition(nodes, child, name));
      }
    }
  }
  return [containerElement(nodes, parts, kind, children)];
}

/** An item of an event's or of a Rule's conditions. */
function readCondition(nodes: YamlNodes, item: Node, tag: string): ConfigNode[] {
  const isField = (key: string) => eventsByTag(tag).some((event) => event.fieldIndex.has(key));
  const isCondition = (key: string) => key === "Rule" || isField(key);
  const parts = readItem(nodes, item, isCondition, "a field such as `Image`, or `Rule`");
  if (parts === undefined) return [];
  const name = parts.first.key.text;
  const kind = name.toLowerCase() === "rule" ? "rule" : "condition";
  const isKnown = kind === "rule" || isField(name) || eventsByTag(tag).length === 0;
  checkSideKeys(nodes, parts, kind, isCondition, isKnown);
  if (kind === "condition") return [conditionElement(nodes, parts)];
  const children = parts.beside.flatMap(({ key, value }) =>
    key.text !== "conditions"
      ? []
      : nodes.list(value, "conditions", "write `-` before each condition")
        .flatMap((child) => readCondition(nodes, child, tag))
  );
  return [containerElement(nodes, parts, kind, children)];
}

interface ItemParts {
  readonly first: YamlEntry;
  readonly beside: readonly YamlEntry[];
  readonly end: number;
}

function readItem(
  nodes: YamlNodes,
  item: Node,
  isFirst: (key: string) => boolean,
  wanted: string,
): ItemParts | undefined {
  const entries = nodes.map(item, "an item", `name ${wanted}, and write \`:\` behind it`);
  if (entries === undefined) return undefined;
  const first = entries.find(({ key }) => isFirst(key.text)) ??
    entries.find(({ key }) => !SIDE_KEYS.has(key.text));
  if (first === undefined) {
    nodes.problem(
      "MON210",
      nodes.extent(item),
      "the item has none of the keys that say what it is",
      `name ${wanted}`,
    );
    return undefined;
  }
  return {
    first,
    beside: entries.filter((entry) => entry !== first),
    end: entries.reduce((end, entry) => Math.max(end, entry.end), first.end),
  };
}

function checkSideKeys(
  nodes: YamlNodes,
  { first, beside }: ItemParts,
  kind: ItemKind,
  isFirst: (key: string) => boolean,
  isKnown: boolean,
): void {
  const allowed = sideKeysOf(ITEM_FORMS[kind]);
  for (const { key } of beside) {
    // A misspelt first key is what is wrong then, and the reader tells.
    if (allowed.includes(key.text) || (!isKnown && SIDE_KEYS.has(key.text))) continue;
    if (isFirst(key.text)) {
      const message = `${quote(first.key.text)} and ${quote(key.text)} are in one item`;
      nodes.problem("MON210", key, message, ONE_ITEM_EACH);
      continue;
    }
    const close = closest(key.text, allowed);
    nodes.problem(
      "MON206",
      key,
      `unknown key ${quote(key.text)} beside ${quote(first.key.text)}`,
      close === undefined ? `there can be ${oneOf(allowed)}` : meant(close),
    );
  }
}

/** A RuleGroup, an event or a Rule. */
function containerElement(
  nodes: YamlNodes,
  { first, beside, end }: ItemParts,
  kind: ItemKind,
  children: readonly ConfigNode[],
): ConfigNode {
  const { short, children: list } = ITEM_FORMS[kind];
  const attributes = new Map<string, NodeAttribute>();
  const { key, value } = first;
  if (!nodes.isNothing(value)) {
    const help = isMap(value) || isSeq(value)
      ? `write ${
        oneOf(kind === "event" ? ["include", "exclude"] : ["and", "or"])
      }, and below it \`${list}:\``
      : undefined;
    const text = nodes.text(value, `the value of ${quote(key.text)}`, help);
    if (text !== undefined) attributes.set(short!, { ...text, nameOffset: key.offset });
  }
  for (const entry of beside) {
    if (ITEM_FORMS[kind].attributes.includes(entry.key.text)) {
      addAttribute(nodes, attributes, entry);
    }
  }
  return { ...element(first, children), end, attributes };
}

function conditionElement(nodes: YamlNodes, { first, beside, end }: ItemParts): ConfigNode {
  const attributes = new Map<string, NodeAttribute>();
  let { value } = first;
  const name = quote(first.key.text);
  if (isMap(value)) {
    const entries = nodes.map(value, name)!;
    if (entries.length !== 1) {
      const place = entries[1]?.key ?? nodes.extent(value);
      nodes.problem("MON210", place, `${name} needs exactly one condition`, ONE_ITEM_EACH);
    }
    if (entries.length > 0) {
      const [{ key: operator, value: operand }] = entries;
      attributes.set("condition", { ...operator, nameOffset: operator.offset });
      value = operand;
    } else value = undefined;
  }
  for (const entry of beside) {
    if (ITEM_FORMS.condition.attributes.includes(entry.key.text)) {
      addAttribute(nodes, attributes, entry);
    }
  }
  const operator = attributes.get("condition")?.text;
  return { ...element(first, readValue(nodes, value, name, operator)), end, attributes };
}

function readValue(
  nodes: YamlNodes,
  value: Node | undefined,
  field: string,
  operator: string | undefined,
): TextNode[] {
  if (nodes.isNothing(value)) return [];
  if (!isSeq(value)) return textNodes(nodes.text(value, `the value of ${field}`));
  if (operator !== undefined && isListOperator(operator.toLowerCase())) {
    return textNodes(joinList(nodes, value, VALUE_SEPARATOR));
  }
  nodes.problem(
    "MON208",
    nodes.extent(value),
    operator === undefined
      ? `the value of ${field} must be a text, not a list`
      : `the condition ${quote(operator)} takes a text, not a list`,
    `a list can follow ${oneOf(LIST_OPERATORS)}`,
  );
  return [];
}

function joinList(nodes: YamlNodes, list: Node, separator: string): PlacedText | undefined {
  const texts: string[] = [];
  for (const item of nodes.list(list, "the value")) {
    const text = nodes.text(item, "an item of a list");
    if (text === undefined) continue;
    if (text.text === "") {
      nodes.problem("MON209", nodes.extent(item), "an item of this list must not be empty");
    } else if (text.text.includes(separator)) {
      const message = `an item of this list cannot contain ${
        quote(separator)
      }, which separates the items`;
      nodes.problem("MON209", text, message);
    }
    texts.push(text.text);
  }
  return { text: texts.join(separator), ...nodes.extent(list) };
}

function joinSizes(nodes: YamlNodes, map: Node): PlacedText | undefined {
  const items = nodes.map(map, SIZES_ENTRY)!.map(({ key, value }) => {
    const size = nodes.isNothing(value) ? undefined : nodes.text(value, `the size of ${key.text}`);
    return `${key.text}:${size?.text ?? ""}`;
  });
  return { text: items.join(ENTRY_SEPARATOR), ...nodes.extent(map) };
}

/** An attribute without a value is not there; one that is there already is given twice. */
function addAttribute(
  nodes: YamlNodes,
  attributes: Map<string, NodeAttribute>,
  { key, value }: YamlEntry,
): void {
  if (nodes.isNothing(value)) return;
  const text = nodes.text(value, key.text);
  if (text === undefined) return;
  if (attributes.has(key.text)) {
    nodes.problem("MON207", key, `${key.text} is given twice, the short way and as a key`);
    return;
  }
  attributes.set(key.text, { ...text, nameOffset: key.offset });
}

function textNodes(text: PlacedText | undefined): TextNode[] {
  return text === undefined || text.text === "" ? [] : [{ kind: "text", ...text }];
}

function element(entry: YamlEntry, children: readonly ChildNode[]): ConfigNode {
  const { text: name, offset } = entry.key;
  const contentOffset = entry.value?.range?.[0] ?? entry.key.end;
  const { end } = entry;
  const place = { nameOffset: offset, offset, end, contentOffset };
  return { kind: "element", name, ...place, attributes: new Map(), children };
}
