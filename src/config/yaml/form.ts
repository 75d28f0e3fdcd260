/**
 * The words of the YAML form (docs/yaml.md), which its reader, its writer and its JSON schema share.
 *
 * An element of the XML form is an item of a list: a map whose first key is the element's name. The
 * value of that key is the attribute that matters most, or the text; every attribute can also be
 * written as a key of its own beside it.
 */

/** What an item stands for. */
export type ItemKind = "group" | "event" | "rule" | "condition";

/** What may stand beside an item's first key. */
export interface ItemForm {
  /** The attribute that the value of the first key gives; a condition has its text there. */
  readonly short: string | undefined;
  readonly attributes: readonly string[];
  /** The key of the list of what it holds. */
  readonly children: string | undefined;
}

/** The form of each kind of item. */
export const ITEM_FORMS: Readonly<Record<ItemKind, ItemForm>> = {
  group: { short: "groupRelation", attributes: ["name", "groupRelation"], children: "events" },
  event: { short: "onmatch", attributes: ["onmatch", "default"], children: "conditions" },
  rule: { short: "groupRelation", attributes: ["name", "groupRelation"], children: "conditions" },
  condition: { short: undefined, attributes: ["name", "condition"], children: undefined },
};

/** Every key that stands beside the first key of some item, and so is never a first key. */
export const SIDE_KEYS: ReadonlySet<string> = new Set(
  Object.values(ITEM_FORMS).flatMap((form) => sideKeysOf(form)),
);

/** What may stand beside the first key of an item. */
export function sideKeysOf({ attributes, children }: ItemForm): string[] {
  return children === undefined ? [...attributes] : [...attributes, children];
}

/** The key of a list of entries, for configurations that repeat one. */
export const LONG_FORM = "Sysmon";
/** The separator of the lists of values. */
export const VALUE_SEPARATOR = ";";
/** The separator of the lists of entries. */
export const ENTRY_SEPARATOR = ",";

/** The entry that can be a map from field to size. */
export const SIZES_ENTRY = "FieldSizes";

/** Entries that can be lists of texts. */
export const LIST_ENTRIES: ReadonlySet<string> = new Set([
  "HashAlgorithms",
  "ProcessAccessConfig",
  "CopyOnDelete_Extensions",
  "CopyOnDelete_Processes",
  "CopyOnDelete_SIDs",
]);
