/** What a configuration does with each event, in the order in which it is decided. */
import type { Condition, Config, EventElement } from "../config/model.ts";
import { evaluationOrder, logsWithoutMatch } from "../rules/compile.ts";
import { EVENT_TAGS, eventsByTag } from "../schema/events.ts";
import type { EventDefinition } from "../schema/types.ts";

/** One tag and the elements for it. */
export interface ShownTag {
  readonly tag: string;
  /** All that share the tag, by id. */
  readonly events: readonly EventDefinition[];
  /** As they are tried; none where the default decides. */
  readonly elements: readonly EventElement[];
  /** Whether an event is logged that no element matches. */
  readonly logsUnmatched: boolean;
}

/** Every tag in the order of the events' ids. */
export function shownTags(config: Config): ShownTag[] {
  const byTag = Map.groupBy(config.elements, ({ tag }) => tag);
  return EVENT_TAGS.map((tag) => {
    const events = eventsByTag(tag);
    const elements = byTag.get(tag) ?? [];
    return {
      tag,
      events,
      elements: evaluationOrder(elements),
      logsUnmatched: logsWithoutMatch(events[0], elements),
    };
  });
}

/** Ids of the tag's events for which the condition is compared at all (V13). */
export function comparedFor(condition: Condition, events: readonly EventDefinition[]): number[] {
  return events
    .filter(({ fields }) => fields[condition.fieldIndex]?.name === condition.field)
    .map(({ id }) => id);
}
