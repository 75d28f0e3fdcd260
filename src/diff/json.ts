/** Differences for programs. */
import type { Config } from "../config/mod.ts";
import { formatVersion } from "../schema/mod.ts";
import { type Change, type Difference, type EventDifference, isDifferent } from "./compare.ts";
import { describeBehaviour, describeItem, namesOf } from "./describe.ts";
import type { Item } from "./normal_form.ts";
import type { VerdictSummary } from "./verdicts.ts";

/** The object that `monomi diff --json` prints; docs/diff.md describes it. */
export function differenceToJson(difference: Difference, verdicts: VerdictSummary | undefined) {
  const { before, after, options, events } = difference;
  return {
    different: isDifferent(difference),
    before: { file: before.source.fileName, schemaVersion: formatVersion(before.schemaVersion) },
    after: { file: after.source.fileName, schemaVersion: formatVersion(after.schemaVersion) },
    options: options.map(({ name, before: from, after: to, offsetBefore, offsetAfter }) => ({
      name,
      before: { value: from, ...place(before, offsetBefore) },
      after: { value: to, ...place(after, offsetAfter) },
    })),
    events: events.map((event) => eventToJson(event, before, after)),
    ...(verdicts && { verdicts: verdictsToJson(verdicts) }),
  };
}

function eventToJson(event: EventDifference, before: Config, after: Config) {
  const { moves } = event;
  return {
    event: event.tag,
    behaviour: {
      before: describeBehaviour(event.before),
      after: describeBehaviour(event.after),
      changed: event.behaviourChanged,
    },
    removed: event.removed.map((change) => changeToJson(before, change)),
    added: event.added.map((change) => changeToJson(after, change)),
    changed: event.changed.map((pair) => ({
      before: changeToJson(before, pair.before),
      after: changeToJson(after, pair.after),
    })),
    renamed: event.renamed.map(({ before: a, after: b, nameBefore, nameAfter }) => ({
      before: { rule: nameBefore, ...itemToJson(before, a) },
      after: { rule: nameAfter, ...itemToJson(after, b) },
    })),
    moved: moves.shown.map((move) => ({
      before: itemToJson(before, move.before),
      after: itemToJson(after, move.after),
      other: itemToJson(after, move.other),
      ruleBefore: move.nameBefore,
      ruleAfter: move.nameAfter,
    })),
    movedCount: moves.count,
  };
}

function changeToJson(config: Config, { item, onmatch, values }: Change) {
  return {
    onmatch,
    ...itemToJson(config, item),
    rules: namesOf(item),
    ...(values && { values }),
  };
}

function itemToJson(config: Config, item: Item) {
  return { ...place(config, item.node.offset), text: describeItem(item) };
}

function place({ source }: Config, offset: number | undefined) {
  return offset === undefined ? {} : source.positionAt(offset);
}

function verdictsToJson({ groups, ...counts }: VerdictSummary) {
  return {
    ...counts,
    groups: groups.map(({ kind, eventId, nameBefore, nameAfter, count, samples }) => ({
      kind,
      eventId,
      ruleBefore: nameBefore ?? null,
      ruleAfter: nameAfter ?? null,
      count,
      samples: samples.map(({ event, file, place }) => ({
        file,
        ...place,
        fields: Object.fromEntries(
          event.definition.fields.map(({ name, index }) => [name, event.values[index]]),
        ),
      })),
    })),
  };
}
