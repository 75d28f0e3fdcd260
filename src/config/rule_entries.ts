/** Entries that add `image` conditions to an event (config-semantics C7; permissive profile only). */
import { eventsByTag } from "../schema/events.ts";
import type { ReadContext } from "./context.ts";
import type { RuleEntry } from "./entries.ts";
import type { Condition, EventElement } from "./model.ts";

const FIELD = "Image";

/**
 * Puts the images of each entry first into the event's first `include` element, or into an element of
 * their own at the end. `exclude` elements of the same event are dropped with a warning.
 */
export function applyRuleEntries(
  context: ReadContext,
  elements: readonly EventElement[],
  entries: readonly RuleEntry[],
): EventElement[] {
  let result = [...elements];
  for (const entry of entries) {
    const [event] = eventsByTag(entry.tag);
    const conditions = entry.images.map((image): Condition => ({
      kind: "condition",
      field: FIELD,
      fieldIndex: event.fieldIndex.get(FIELD)!,
      operator: "image",
      value: image,
      name: undefined,
      offset: entry.offset,
      valueOffset: entry.offset,
    }));
    result = result.filter((element) => {
      if (element.tag !== entry.tag || element.onmatch === "include") return true;
      context.reporter.warn(
        "MON070",
        element.offset,
        `<${entry.tag} onmatch="exclude"> contradicts the entry <${entry.tag}>: it is ignored`,
      );
      return false;
    });
    const first = result.findIndex((element) => element.tag === entry.tag);
    if (first !== -1) {
      result[first] = { ...result[first], items: [...conditions, ...result[first].items] };
    } else {
      result.push({
        tag: entry.tag,
        eventId: event.id,
        onmatch: "include",
        combination: "or",
        groupName: undefined,
        items: conditions,
        offset: entry.offset,
      });
    }
  }
  return result;
}
