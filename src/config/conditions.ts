/** The inside of an event element -> conditions and Rules (config-semantics 3.2). */
import { DEFAULT_OPERATOR, type Operator, OPERATORS } from "../schema/options.ts";
import { eventsByTag } from "../schema/events.ts";
import type { EventDefinition } from "../schema/types.ts";
import { isRule } from "./binding.ts";
import {
  checkAttributes,
  checkNoText,
  isTooLong,
  nameAttribute,
  type ReadContext,
} from "./context.ts";
import { quote } from "./diagnostics.ts";
import type { Combination, Condition, PlacedName, RuleNode } from "./model.ts";
import type { ConfigNode } from "./node.ts";
import { didYouMean, meant, oneOf } from "./suggest.ts";
import { childElements, nameOf, ownText, textOffset } from "./tree.ts";

/** Reads the items of an event element whose fields are known to exist in `event`. */
export function readItems(
  context: ReadContext,
  element: ConfigNode,
  event: EventDefinition,
  groupName: PlacedName | undefined,
): (Condition | RuleNode)[] {
  const items: (Condition | RuleNode)[] = [];
  for (const child of childElements(element)) {
    const item = isRule(context, child)
      ? readRule(context, child, event, groupName)
      : readCondition(context, child, event, groupName);
    if (item !== undefined) items.push(item);
  }
  return items;
}

function readRule(
  context: ReadContext,
  element: ConfigNode,
  event: EventDefinition,
  groupName: PlacedName | undefined,
): RuleNode | undefined {
  checkAttributes(context, element, ["name", "groupRelation"]);
  checkNoText(context, element);
  const name = nameAttribute(context, element, true);
  const conditions: Condition[] = [];
  for (const child of childElements(element)) {
    const condition = readCondition(context, child, event, name ?? groupName);
    // Sysmon's permissive reader skips the rest of a Rule behind a condition that it cannot use.
    if (condition === undefined) break;
    conditions.push(condition);
  }
  if (childElements(element).length === 0) {
    context.reporter.warn("MON048", nameOf(element), "<Rule> has no conditions and never matches");
  }
  if (conditions.length === 0) return undefined;
  return {
    kind: "rule",
    combination: ruleCombination(context, element),
    relationGiven: Boolean(element.attributes.get("groupRelation")?.text),
    name,
    conditions,
    offset: element.offset,
  };
}

function ruleCombination(context: ReadContext, element: ConfigNode): Combination {
  const relation = element.attributes.get("groupRelation");
  if (relation === undefined || relation.text === "") return "or";
  const lower = relation.text.toLowerCase();
  if (lower !== "and" && lower !== "or") {
    context.reporter.warn(
      "MON034",
      relation,
      `groupRelation is neither and nor or: ${quote(relation.text)} is taken as and`,
    );
  }
  return lower === "or" ? "or" : "and";
}

function readCondition(
  context: ReadContext,
  element: ConfigNode,
  event: EventDefinition,
  outerName: PlacedName | undefined,
): Condition | undefined {
  const { reporter } = context;
  checkAttributes(context, element, ["condition", "name"]);
  const isField = eventsByTag(event.tag!).some((e) => e.fieldIndex.has(element.name));
  for (const child of isField ? childElements(element) : []) {
    reporter.refuse("MON045", nameOf(child), `<${element.name}> holds text, not elements`);
  }
  const ownName = nameAttribute(context, element, true);
  const name = (ownName ?? outerName)?.text;
  const operator = readOperator(context, element);
  if (operator === undefined || (name !== undefined && isTooLong(name))) return undefined;
  const text = ownText(element);
  return {
    kind: "condition",
    field: element.name,
    fieldIndex: event.fieldIndex.get(element.name)!,
    operator,
    value: context.permissive && text.trim() === "" ? "" : text,
    name,
    offset: element.offset,
    valueOffset: textOffset(element),
    operatorOffset: element.attributes.get("condition")?.offset,
    nameOffset: ownName?.offset,
  };
}

/** What other languages call Sysmon's conditions, without blanks. */
const OTHER_NAMES: Readonly<Record<string, Operator>> = {
  equals: "is",
  eq: "is",
  equal: "is",
  notequals: "is not",
  ne: "is not",
  in: "is any",
  isanyof: "is any",
  startswith: "begin with",
  notstartswith: "not begin with",
  notcontains: "excludes",
  doesnotcontain: "excludes",
  containsnot: "excludes",
  containsanyof: "contains any",
  containsallof: "contains all",
  lt: "less than",
  lessthanorequal: "less than",
  gt: "more than",
  greaterthan: "more than",
};

function helpForOperator(text: string): string {
  const other = OTHER_NAMES[text.toLowerCase().replaceAll(/[\s_-]/g, "")];
  if (other !== undefined) return meant(other);
  return didYouMean(text.trim(), OPERATORS) ?? `write ${oneOf(OPERATORS)}`;
}

const OPERATOR_BY_NAME: ReadonlyMap<string, Operator> = new Map(OPERATORS.map((o) => [o, o]));

function readOperator(context: ReadContext, element: ConfigNode): Operator | undefined {
  const condition = element.attributes.get("condition");
  if (condition === undefined || condition.text === "") return DEFAULT_OPERATOR;
  const operator = OPERATOR_BY_NAME.get(condition.text.toLowerCase());
  if (operator === undefined) {
    context.reporter.refuse(
      "MON044",
      condition,
      `unknown condition ${quote(condition.text)}`,
      () => helpForOperator(condition.text),
    );
  }
  return operator;
}
