/**
 * An XML Schema (1.0) of configurations, for editors and validators: it accepts the structure that
 * `monomi check` accepts. What a schema cannot say it leaves to check: fields of a series that no
 * single event has together, versions that an event needs, values of options.
 */
import { ENTRIES, formatVersion, type SchemaVersion } from "../schema/mod.ts";
import {
  type DescribedTag,
  entriesIn,
  nameOf as nameOfVersions,
  operatorsIn,
  tagsIn,
} from "./described.ts";
import { escapeMarkup } from "../output/markup.ts";
import { element } from "./markup.ts";
import { ATTRIBUTE_MEANINGS, ENTRY_MEANINGS, OPERATOR_MEANINGS } from "./meanings.ts";
import { TYPE_NAMES } from "./types.ts";

const ANY_NUMBER = { minOccurs: "0", maxOccurs: "unbounded" } as const;
/** Sysmon counts bytes of UTF-8, a schema characters. */
const LONGEST_NAME = "255";

/** The schema of all configurations that one of `versions`, oldest first, allows. */
export function printXsd(versions: readonly SchemaVersion[]): string {
  const tags = tagsIn(versions);
  const lines = element(
    "xs:schema",
    { "xmlns:xs": "http://www.w3.org/2001/XMLSchema" },
    ...documentation(`Sysmon configurations, schema ${nameOfVersions(versions)}.`),
    ...root(versions),
    ...filtering(tags),
    ...tags.flatMap(eventTypes),
    ...fieldType(versions),
    ...simpleTypes(versions),
  );
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...lines].join("\n");
}

function root(versions: readonly SchemaVersion[]): string[] {
  const entries = entriesIn(versions).flatMap((name) =>
    documented("xs:element", {
      name,
      type: ENTRIES.get(name)!.content === "empty" ? "Empty" : "xs:string",
    }, ENTRY_MEANINGS[name])
  );
  const texts = [...new Set(versions.map(({ number }) => formatVersion(number)))];
  return element(
    "xs:element",
    { name: "Sysmon" },
    ...element(
      "xs:complexType",
      {},
      ...element(
        "xs:choice",
        ANY_NUMBER,
        ...entries,
        ...element("xs:element", { name: "EventFiltering", type: "EventFiltering" }),
      ),
      ...documented(
        "xs:attribute",
        { name: "schemaversion", use: "required" },
        ATTRIBUTE_MEANINGS.schemaversion,
        ...element(
          "xs:simpleType",
          {},
          ...element(
            "xs:union",
            { memberTypes: "xs:string" },
            ...element("xs:simpleType", {}, ...enumeration(texts)),
          ),
        ),
      ),
    ),
  );
}

function filtering(tags: readonly DescribedTag[]): string[] {
  const events = tags.flatMap(({ tag, since, events }) => {
    const names = events.map(({ id, title }) => `${id} (${title})`).join(", ");
    const platforms = new Set(events.map(({ platform }) => platform));
    const only = platforms.has("linux")
      ? " Linux only."
      : platforms.has("windows")
      ? " Windows only."
      : "";
    const meaning = `Events ${names}. Since schema ${formatVersion(since)}.${only}`;
    return documented("xs:element", { name: tag, type: tag }, meaning);
  });
  return [
    ...element("xs:group", { name: "Events" }, ...element("xs:choice", {}, ...events)),
    ...element(
      "xs:complexType",
      { name: "EventFiltering" },
      ...element(
        "xs:choice",
        ANY_NUMBER,
        ...element("xs:element", { name: "RuleGroup", type: "RuleGroup" }),
        ...element("xs:group", { ref: "Events" }),
      ),
    ),
    ...element(
      "xs:complexType",
      { name: "RuleGroup" },
      ...element("xs:choice", ANY_NUMBER, ...element("xs:group", { ref: "Events" })),
      ...nameAttribute(),
      ...documented(
        "xs:attribute",
        { name: "groupRelation", type: "Relation", use: "required" },
        ATTRIBUTE_MEANINGS.groupRelation,
      ),
    ),
  ];
}

function eventTypes({ tag, fields }: DescribedTag): string[] {
  const elements = fields.flatMap(({ name, type, since }) =>
    documented(
      "xs:element",
      { name, type: "Field" },
      `${capitalised(TYPE_NAMES[type])}. Since schema ${formatVersion(since)}.`,
    )
  );
  return [
    ...element("xs:group", { name: `${tag}Fields` }, ...element("xs:choice", {}, ...elements)),
    ...element(
      "xs:complexType",
      { name: tag },
      ...element(
        "xs:choice",
        ANY_NUMBER,
        ...element("xs:group", { ref: `${tag}Fields` }),
        ...element("xs:element", { name: "Rule", type: `${tag}Rule` }),
      ),
      ...documented(
        "xs:attribute",
        { name: "onmatch", type: "Action" },
        ATTRIBUTE_MEANINGS.onmatch,
      ),
      ...documented(
        "xs:attribute",
        { name: "default", type: "Action" },
        ATTRIBUTE_MEANINGS.default,
      ),
    ),
    ...element(
      "xs:complexType",
      { name: `${tag}Rule` },
      ...element("xs:choice", ANY_NUMBER, ...element("xs:group", { ref: `${tag}Fields` })),
      ...nameAttribute(),
      ...documented(
        "xs:attribute",
        { name: "groupRelation", type: "RuleRelation" },
        ATTRIBUTE_MEANINGS.ruleRelation,
      ),
    ),
  ];
}

function fieldType(versions: readonly SchemaVersion[]): string[] {
  return [
    ...element(
      "xs:complexType",
      { name: "Field" },
      ...element(
        "xs:simpleContent",
        {},
        ...element(
          "xs:extension",
          { base: "xs:string" },
          ...documented(
            "xs:attribute",
            { name: "condition", type: "Condition" },
            ATTRIBUTE_MEANINGS.condition,
          ),
          ...nameAttribute(),
        ),
      ),
    ),
    ...element(
      "xs:simpleType",
      { name: "Condition" },
      ...element(
        "xs:union",
        { memberTypes: "Operator OperatorInAnyCase" },
      ),
    ),
    ...element(
      "xs:simpleType",
      { name: "Operator" },
      ...element(
        "xs:restriction",
        { base: "xs:string" },
        ...operatorsIn(versions).flatMap((operator) =>
          documented("xs:enumeration", { value: operator }, OPERATOR_MEANINGS[operator])
        ),
      ),
    ),
    ...element(
      "xs:simpleType",
      { name: "OperatorInAnyCase" },
      ...element(
        "xs:restriction",
        { base: "xs:string" },
        ...["", ...operatorsIn(versions)].flatMap((operator) =>
          element("xs:pattern", { value: inAnyCase(operator) })
        ),
      ),
    ),
  ];
}

function simpleTypes(versions: readonly SchemaVersion[]): string[] {
  const relation = element("xs:simpleType", { name: "Relation" }, ...enumeration(["and", "or"]));
  const hasEmpty = entriesIn(versions).some((name) => ENTRIES.get(name)!.content === "empty");
  return [
    ...relation,
    ...element(
      "xs:simpleType",
      { name: "RuleRelation" },
      ...element("xs:union", { memberTypes: "Relation xs:string" }),
    ),
    ...element(
      "xs:simpleType",
      { name: "Action" },
      ...enumeration(["include", "exclude"]),
    ),
    ...element(
      "xs:simpleType",
      { name: "Name" },
      ...element(
        "xs:restriction",
        { base: "xs:string" },
        ...element("xs:maxLength", { value: LONGEST_NAME }),
      ),
    ),
    ...(hasEmpty ? element("xs:complexType", { name: "Empty" }) : []),
  ];
}

function nameAttribute(): string[] {
  return documented("xs:attribute", { name: "name", type: "Name" }, ATTRIBUTE_MEANINGS.name);
}

function enumeration(values: readonly string[]): string[] {
  return element(
    "xs:restriction",
    { base: "xs:string" },
    ...values.flatMap((value) => element("xs:enumeration", { value })),
  );
}

function documented(
  name: string,
  attributes: Readonly<Record<string, string>>,
  meaning: string,
  ...inside: readonly string[]
): string[] {
  return element(name, attributes, ...documentation(meaning), ...inside);
}

function documentation(text: string): string[] {
  return element(
    "xs:annotation",
    {},
    `<xs:documentation xml:lang="en">${escapeMarkup(text)}</xs:documentation>`,
  );
}

function inAnyCase(text: string): string {
  return text.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function capitalised(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
