/**
 * The JSON schema of the YAML form (docs/yaml.md), made of the event table, so that editors complete
 * and check configurations. It is for one spelling of everything; `monomi check` has the last word.
 */
import { EVENT_TAGS, EVENTS, eventsByTag } from "../../schema/events.ts";
import { ENTRIES, type EntryDefinition, isListOperator, OPERATORS } from "../../schema/options.ts";
import { ITEM_FORMS, LIST_ENTRIES, LONG_FORM, sideKeysOf, SIZES_ENTRY } from "./form.ts";

/** A JSON schema, or a part of one; `false` allows nothing. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

type Properties = Readonly<Record<string, JsonSchema>>;

const TEXT: JsonSchema = { $ref: "#/definitions/text" };
const VALUE: JsonSchema = { $ref: "#/definitions/value" };
const ACTION: JsonSchema = { enum: ["include", "exclude"] };
const RELATION: JsonSchema = { enum: ["and", "or"] };

/** Draft 7, which YAML editors know. */
export function yamlJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Sysmon configuration in YAML",
    ...closed({
      schemaversion: described("Sysmon's schema version, such as 4.90", TEXT),
      ...topLevel(),
      [LONG_FORM]: described("Entries as a list, where one of them is repeated", {
        type: "array",
        items: { ...closed(topLevel()), minProperties: 1, maxProperties: 1 },
      }),
    }),
    required: ["schemaversion"],
    if: { required: [LONG_FORM] },
    then: { maxProperties: 2 },
    definitions: definitions(),
  };
}

function closed(properties: Properties) {
  return { type: "object", properties, additionalProperties: false };
}

function described(description: string, schema: JsonSchema): JsonSchema {
  // Draft 7 ignores what stands beside a $ref.
  return { description, allOf: [schema] };
}

function orNothing(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: "null" }] };
}

function listOf(items: JsonSchema): JsonSchema {
  return orNothing({ type: "array", items });
}

function topLevel(): Properties {
  const entries = [...ENTRIES.values()].map((entry) => [entry.name, entrySchema(entry)]);
  return {
    ...Object.fromEntries(entries),
    EventFiltering: listOf({ $ref: "#/definitions/filter" }),
  };
}

function entrySchema({ name, content }: EntryDefinition): JsonSchema {
  if (content === "empty") return orNothing({ const: true });
  if (LIST_ENTRIES.has(name)) return { anyOf: [TEXT, { type: "array", items: TEXT }] };
  return name === SIZES_ENTRY ? { anyOf: [TEXT, { $ref: "#/definitions/sizes" }] } : TEXT;
}

function definitions(): Properties {
  const tags = EVENT_TAGS.flatMap((tag) => [
    [tag, conditionSchema(tag)],
    [`${tag}.Rule`, ruleConditionSchema(tag)],
  ]);
  return {
    text: { type: ["string", "number", "boolean", "null"] },
    listItem: { type: ["string", "number", "boolean"], pattern: "^[^;]+$" },
    value: { anyOf: [TEXT, operationSchema()] },
    sizes: sizesSchema(),
    filter: filterSchema(true),
    event: filterSchema(false),
    ...Object.fromEntries(tags),
  };
}

function operationSchema(): JsonSchema {
  const list = { type: "array", items: { $ref: "#/definitions/listItem" } };
  const operations = OPERATORS.map((operator) => [
    operator,
    isListOperator(operator) ? { anyOf: [TEXT, list] } : TEXT,
  ]);
  return { ...closed(Object.fromEntries(operations)), minProperties: 1, maxProperties: 1 };
}

function sizesSchema(): JsonSchema {
  const names = new Set(EVENTS.flatMap((event) => event.fields.map((field) => field.name)));
  const size = { type: "integer", minimum: 1 };
  return closed(Object.fromEntries([...names].sort().map((name) => [name, size])));
}

/** An item of EventFiltering, or of a RuleGroup's events, which hold no further groups. */
function filterSchema(groups: boolean): JsonSchema {
  const events = EVENT_TAGS.map((tag) => [tag, described(titleOf(tag), orNothing(ACTION))]);
  const group: Properties = {
    RuleGroup: described("How the conditions of each of its events combine", orNothing(RELATION)),
    groupRelation: RELATION,
    name: TEXT,
    events: listOf({ $ref: "#/definitions/event" }),
  };
  const conditionsOf = (tag: string) => ({
    if: { required: [tag] },
    then: { properties: { conditions: listOf({ $ref: `#/definitions/${tag}` }) } },
  });
  return {
    ...closed({
      ...(groups ? group : {}),
      ...Object.fromEntries(events),
      onmatch: ACTION,
      default: ACTION,
      conditions: true,
    }),
    ...exactlyOneOf([...(groups ? ["RuleGroup"] : []), ...EVENT_TAGS]),
    allOf: [
      ...(groups
        ? [onlyWith("RuleGroup", sideKeysOf(ITEM_FORMS.group), sideKeysOf(ITEM_FORMS.event))]
        : []),
      ...EVENT_TAGS.map(conditionsOf),
    ],
  };
}

function titleOf(tag: string): string {
  const events = eventsByTag(tag);
  const ids = events.map((event) => event.id).join(", ");
  return `${events.map((event) => event.title).join("; ")} (event ${ids})`;
}

function fieldsOf(tag: string): string[] {
  return [...new Set(eventsByTag(tag).flatMap((event) => [...event.fieldIndex.keys()]))];
}

function fieldProperties(tag: string): Properties {
  return Object.fromEntries(fieldsOf(tag).map((field) => [field, VALUE]));
}

/** An item of an event's conditions. */
function conditionSchema(tag: string): JsonSchema {
  return {
    ...closed({
      ...fieldProperties(tag),
      Rule: described("How its conditions combine; or when nothing is said", orNothing(RELATION)),
      groupRelation: RELATION,
      name: TEXT,
      condition: TEXT,
      conditions: listOf({ $ref: `#/definitions/${tag}.Rule` }),
    }),
    ...exactlyOneOf(["Rule", ...fieldsOf(tag)]),
    ...onlyWith("Rule", sideKeysOf(ITEM_FORMS.rule), sideKeysOf(ITEM_FORMS.condition)),
  };
}

/** An item of a Rule's conditions. */
function ruleConditionSchema(tag: string): JsonSchema {
  return {
    ...closed({ ...fieldProperties(tag), name: TEXT, condition: TEXT }),
    ...exactlyOneOf(fieldsOf(tag)),
  };
}

function exactlyOneOf(keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

/** Keys that only stand beside `key`, and others that never do. */
function onlyWith(key: string, beside: readonly string[], elsewhere: readonly string[]) {
  const none = (keys: readonly string[], but: readonly string[]) => ({
    properties: Object.fromEntries(
      keys.filter((name) => !but.includes(name)).map((name) => [name, false]),
    ),
  });
  return {
    if: { required: [key] },
    then: none(elsewhere, beside),
    else: none(beside, elsewhere),
  };
}
