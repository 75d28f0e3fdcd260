/** What differs between two configurations in effect. */
import type { Config } from "../config/mod.ts";
import { EVENT_TAGS } from "../schema/mod.ts";
import {
  defaultForm,
  type EventForm,
  formsOf,
  type Item,
  shownName,
  type Side,
} from "./normal_form.ts";
import { compareOptions, type OptionChange } from "./options.ts";
import { movedItems, type Moves } from "./order.ts";
import { pairSimilar } from "./similar.ts";

/** An item of one side, and the part of its list that the other side has not; all of it when absent. */
export interface Change {
  readonly item: Item;
  readonly onmatch: "exclude" | "include";
  /** Values of a list that only this side has, where the other side has some of the list. */
  readonly values: readonly string[] | undefined;
}

/** Items of both sides that are so much alike that one is likely a new form of the other. */
export interface ChangedPair {
  readonly before: Change;
  readonly after: Change;
}

/** The same conditions under another name. */
export interface Renamed {
  readonly before: Item;
  readonly after: Item;
  readonly nameBefore: string;
  readonly nameAfter: string;
}

/** What differs for the events of one tag. */
export interface EventDifference {
  readonly tag: string;
  readonly before: EventForm;
  readonly after: EventForm;
  /** Whether the treatment of events that nothing matches, or of all events, is another. */
  readonly behaviourChanged: boolean;
  readonly removed: readonly Change[];
  readonly added: readonly Change[];
  readonly changed: readonly ChangedPair[];
  readonly renamed: readonly Renamed[];
  readonly moves: Moves;
}

/** Everything that differs; empty lists when nothing does. */
export interface Difference {
  readonly before: Config;
  readonly after: Config;
  readonly options: readonly OptionChange[];
  /** In the order of the events' ids. */
  readonly events: readonly EventDifference[];
}

/** Compares what two configurations do with every event. */
export function compareConfigs(before: Config, after: Config): Difference {
  const formsBefore = formsOf(before);
  const formsAfter = formsOf(after);
  const events = EVENT_TAGS.flatMap((tag) => {
    const a = formsBefore.get(tag) ?? defaultForm(tag);
    const b = formsAfter.get(tag) ?? defaultForm(tag);
    return compareForms(tag, a, b) ?? [];
  });
  return { before, after, options: compareOptions(before, after), events };
}

/** Whether there is any difference in effect. */
export function isDifferent({ options, events }: Difference): boolean {
  return options.length > 0 || events.length > 0;
}

function compareForms(
  tag: string,
  before: EventForm,
  after: EventForm,
): EventDifference | undefined {
  const removed = [
    ...onlyIn(before.exclude, after.exclude, "exclude"),
    ...onlyIn(before.include, after.include, "include"),
  ];
  const added = [
    ...onlyIn(after.exclude, before.exclude, "exclude"),
    ...onlyIn(after.include, before.include, "include"),
  ];
  const pairs = pairSimilar(removed, added);
  const paired = new Set(pairs.flatMap(({ before, after }) => [before, after]));
  const renamed = renamedItems(before.include, after.include);
  const moves = movedItems(before.include, after.include);
  const behaviourChanged = before.behaviour !== after.behaviour;
  const differs = behaviourChanged || removed.length + added.length + renamed.length > 0 ||
    moves.count > 0;
  if (!differs) return undefined;
  return {
    tag,
    before,
    after,
    behaviourChanged,
    removed: removed.filter((change) => !paired.has(change)),
    added: added.filter((change) => !paired.has(change)),
    changed: pairs,
    renamed,
    moves,
  };
}

function onlyIn(side: Side, other: Side, onmatch: Change["onmatch"]): Change[] {
  return side.items.flatMap((item): Change[] => {
    const own = item.alternatives.filter(({ key }) => side.alternatives.get(key)?.item === item);
    const missing = own.filter(({ key }) => !other.alternatives.has(key));
    if (missing.length === 0) return [];
    const isPart = missing.length < item.alternatives.length && "kind" in item.node &&
      item.node.kind === "condition";
    const values = isPart ? missing.map(({ clauses }) => clauses[0][0].value) : undefined;
    return [{ item, onmatch, values }];
  });
}

function renamedItems(before: Side, after: Side): Renamed[] {
  const renamed = new Map<string, Renamed>();
  const ids = new Map<Item, number>();
  const id = (item: Item) => ids.get(item) ?? ids.set(item, ids.size).get(item)!;
  for (const [key, a] of before.alternatives) {
    const b = after.alternatives.get(key);
    if (b === undefined || a.alternative.name === b.alternative.name) continue;
    renamed.set(`${id(a.item)} ${id(b.item)}`, {
      before: a.item,
      after: b.item,
      nameBefore: shownName(a.alternative),
      nameAfter: shownName(b.alternative),
    });
  }
  return [...renamed.values()];
}
