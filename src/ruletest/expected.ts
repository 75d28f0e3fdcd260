/** `expect` of a test. */
import { quote } from "../config/mod.ts";
import { readEvents } from "./given.ts";
import type { Expectation } from "./model.ts";
import type { Shape } from "./shape.ts";
import type { MapEntry, Value } from "./tree.ts";

const OF_ONE = ["rule"] as const;
const OF_MANY = ["rule", "logged", "dropped", "events", "rules"] as const;

/** What must hold; `many` when the test is about logs, whose events can be counted. */
export function readExpected(shape: Shape, value: Value, many: boolean): Expectation[] {
  if (value.kind === "map") {
    const map = shape.map(value, "expect", many ? OF_MANY : OF_ONE);
    return [...map?.entries ?? []].flatMap(([name, entry]) => readEntry(shape, name, entry));
  }
  const verdict = shape.oneOf(value, "expect", ["logged", "dropped"]);
  if (verdict === undefined) return [];
  return [{ kind: "verdict", logged: verdict === "logged", offset: value.offset }];
}

function readEntry(shape: Shape, name: string, { value, keyOffset }: MapEntry): Expectation[] {
  if (name === "rule") {
    const text = shape.scalar(value, "rule")?.text;
    return text === undefined ? [] : [{ kind: "rule", name: text || "-", offset: keyOffset }];
  }
  if (name === "logged" || name === "dropped") {
    const count = shape.count(value, name);
    return count === undefined ? [] : [{ kind: name, count, offset: keyOffset }];
  }
  const entries = [...shape.anyMap(value, name)?.entries ?? []];
  return entries.flatMap(([key, entry]): Expectation[] => {
    const count = shape.count(entry.value, quote(key));
    if (count === undefined) return [];
    const offset = entry.keyOffset;
    if (name === "rules") return [{ kind: "rule count", name: key || "-", count, offset }];
    const events = readEvents(shape, key, offset);
    if (events.length === 1) return [{ kind: "event count", eventId: events[0].id, count, offset }];
    if (events.length > 1) {
      const ids = events.map(({ id }) => id).join(", ");
      shape.error(
        "MON306",
        offset,
        `${quote(key)} stands for several events`,
        `count ${ids} alone`,
      );
    }
    return [];
  });
}
