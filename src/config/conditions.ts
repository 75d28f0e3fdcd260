/** The inside of an event element -> conditions and Rules (config-semantics 3.2). */
import { DEFAULT_OPERATOR, type Operator, OPERATORS } from "../schema/options.ts";
import { eventsByTag } from "../schema/events.ts";
import type { EventDefinition } from "../schema/types.ts";
import { isRule } from "./binding.ts";
import {
  attribute,
  checkAttributes,
  checkNoText,
  isTooLong,
  nameAttribute,
  type ReadContext,
} from "./context.ts";
import { quote } from "./diagnostics.ts";
import type { Combination, Condition, PlacedName, RuleNode } from "./model.ts";
import { hint } from "./suggest.ts";
import { childElements, ownText, textOffset, type XmlElement } from "./xml.ts";

/** Reads the items of an event element whose fields are known to exist in `event`. */
export function readItems(
  context: ReadContext,
  element: XmlElement,
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
  element: XmlElement,
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
    context.reporter.warn("MON048", element.start, "<Rule> has no conditions and never matches");
  }
  if (conditions.length === 0) return undefined;
  return {
    kind: "rule",
    combination: ruleCombination(context, element),
    relationGiven: Boolean(element.attributes.groupRelation),
    name,
    conditions,
    offset: element.start,
  };
}

function ruleCombination(context: ReadContext, element: XmlElement): Combination {
  const relation = attribute(context, element, "groupRelation");
  if (relation === undefined || relation.text === "") return "or";
  const lower = relation.text.toLowerCase();
  if (lower !== "and" && lower !== "or") {
    context.reporter.warn(
      "MON034",
      relation.offset,
      `groupRelation must be and or or; ${quote(relation.text)} is taken as and`,
    );
  }
  return lower === "or" ? "or" : "and";
}

function readCondition(
  context: ReadContext,
  element: XmlElement,
  event: EventDefinition,
  outerName: PlacedName | undefined,
): Condition | undefined {
  const { reporter, source } = context;
  checkAttributes(context, element, ["condition", "name"]);
  const isField = eventsByTag(event.tag!).some((e) => e.fieldIndex.has(element.name));
  for (const child of isField ? childElements(element) : []) {
    reporter.refuse("MON045", child.start, `<${element.name}> holds text, not elements`);
  }
  const name = (nameAttribute(context, element, true) ?? outerName)?.text;
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
    offset: element.start,
    valueOffset: textOffset(source.text, element),
  };
}

const OPERATOR_BY_NAME: ReadonlyMap<string, Operator> = new Map(OPERATORS.map((o) => [o, o]));

function readOperator(context: ReadContext, element: XmlElement): Operator | undefined {
  const condition = attribute(context, element, "condition");
  if (condition === undefined || condition.text === "") return DEFAULT_OPERATOR;
  const operator = OPERATOR_BY_NAME.get(condition.text.toLowerCase());
  if (operator === undefined) {
    context.reporter.refuse("MON044", condition.offset, () => {
      const close = hint(condition.text.trim(), OPERATORS);
      return `unknown condition ${quote(condition.text)}` +
        (close === "" ? `; expected one of ${OPERATORS.join(", ")}` : close);
    });
  }
  return operator;
}
