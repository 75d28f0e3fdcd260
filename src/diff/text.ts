/** Differences for people. */
import { type Config, escapeUnprintable, quote } from "../config/mod.ts";
import { type Paint, painter } from "../output/color.ts";
import { eventById, formatVersion } from "../schema/mod.ts";
import type { Change, Difference, EventDifference } from "./compare.ts";
import { describeBehaviour, describeItem, describeTag, namesOf } from "./describe.ts";
import type { Item } from "./normal_form.ts";
import type { Move } from "./order.ts";
import { sampleLine, samplePlace } from "./sample.ts";
import type { VerdictGroup, VerdictSummary } from "./verdicts.ts";

/** How differences look. */
export interface TextOptions {
  /** Use colours (ANSI SGR sequences). */
  readonly color?: boolean;
}

/** The whole difference; without one, a sentence that says so. */
export function renderDifference(difference: Difference, options: TextOptions): string {
  const paint = painter(options.color);
  const { before, after, events } = difference;
  const lines = [
    paint("red", `--- ${describeFile(before)}`),
    paint("green", `+++ ${describeFile(after)}`),
    ...versionNotes(before, after),
  ];
  if (difference.options.length > 0) lines.push("", ...optionLines(difference, paint));
  for (const event of events) lines.push("", ...eventLines(event, difference, paint));
  lines.push("", paint("bold", summary(difference)));
  return lines.join("\n");
}

function describeFile({ source, schemaVersion }: Config): string {
  return `${escapeUnprintable(source.fileName)}  schema ${formatVersion(schemaVersion)}`;
}

function versionNotes(before: Config, after: Config): string[] {
  if (before.schemaVersion === after.schemaVersion) return [];
  return [
    "note: the schema version decides which Sysmon reads the file and which events and fields it " +
    "may use;\n      what it changes in the rules is listed below",
  ];
}

function optionLines({ options, before, after }: Difference, paint: Paint): string[] {
  const width = Math.max(...options.map(({ name }) => name.length));
  return [
    paint("bold", "options"),
    ...options.map((change) => {
      const lines = placeOf(
        change.offsetBefore === undefined ? undefined : line(before, change.offsetBefore),
        change.offsetAfter === undefined ? undefined : line(after, change.offsetAfter),
      );
      const values = `${paint("red", quote(change.before))} -> ${
        paint("green", quote(change.after))
      }`;
      return `  ~ ${paint("dim", lines)}  ${change.name.padEnd(width)}  ${values}`;
    }),
  ];
}

const LINE_WIDTH = 6;
const PLACE_WIDTH = 2 * LINE_WIDTH;

/** Line numbers in two columns, as diffs have them. */
function placeOf(before: number | undefined, after: number | undefined): string {
  return [before, after].map((at) => String(at ?? "").padStart(LINE_WIDTH)).join("");
}

function line({ source }: Config, offset: number): number {
  return source.positionAt(offset).line;
}

function eventLines(event: EventDifference, difference: Difference, paint: Paint): string[] {
  const { before, after } = difference;
  const lines = [paint("bold", describeTag(event.tag))];
  if (
    event.behaviourChanged || describeBehaviour(event.before) !== describeBehaviour(event.after)
  ) {
    const from = paint("red", describeBehaviour(event.before));
    lines.push(`  ! was ${from}, now ${paint("green", describeBehaviour(event.after))}`);
  }
  const at = (a: Item | undefined, b: Item | undefined) =>
    paint(
      "dim",
      placeOf(a && line(before, a.node.offset), b && line(after, b.node.offset)),
    );
  for (const change of event.removed) {
    lines.push(
      `  ${paint("red", "-")} ${at(change.item, undefined)}  ${describeChange(change, paint)}`,
    );
  }
  for (const change of event.added) {
    lines.push(
      `  ${paint("green", "+")} ${at(undefined, change.item)}  ${describeChange(change, paint)}`,
    );
  }
  const indent = " ".repeat(PLACE_WIDTH + 6);
  for (const { before: a, after: b } of event.changed) {
    lines.push(
      `  ${paint("yellow", "~")} ${at(a.item, b.item)}  ${a.onmatch}`,
      `${indent}${paint("red", "-")} ${describeContent(a, paint)}`,
      `${indent}${paint("green", "+")} ${describeContent(b, paint)}`,
    );
  }
  for (const { before: a, after: b, nameBefore, nameAfter } of event.renamed) {
    lines.push(
      `  ${paint("cyan", "=")} ${at(a, b)}  RuleName ${paint("red", quote(nameBefore))} -> ` +
        `${paint("green", quote(nameAfter))}: ${describeItem(b)}`,
    );
  }
  for (const move of event.moves.shown) {
    lines.push(
      `  ${paint("cyan", "^")} ${at(move.before, move.after)}  ${describeMove(move, after)}`,
    );
  }
  return lines;
}

function describeChange(change: Change, paint: Paint): string {
  return `${change.onmatch} ${describeContent(change, paint)}`;
}

const MOST_VALUES = 12;

function describeContent({ item, values }: Change, paint: Paint): string {
  const names = namesOf(item).map((name) => quote(name).slice(1, -1)).join(", ");
  const suffix = names === "" ? "" : paint("dim", `  [${names}]`);
  if (values === undefined || !("kind" in item.node) || item.node.kind !== "condition") {
    return describeItem(item) + suffix;
  }
  const shown = values.slice(0, MOST_VALUES).map(quote).join(", ");
  const more = values.length > MOST_VALUES ? ` and ${values.length - MOST_VALUES} more` : "";
  return `${item.node.field} ${item.node.operator} … ${shown}${more}${suffix}`;
}

function describeMove({ after, other, nameBefore, nameAfter }: Move, config: Config): string {
  return `order: what also matches line ${line(config, other.node.offset)} ` +
    `(${describeItem(other)}) was ${quote(nameBefore)}, is ${quote(nameAfter)}: ` +
    describeItem(after);
}

function summary(difference: Difference): string {
  const { options, events } = difference;
  if (options.length === 0 && events.length === 0) return "no difference in effect";
  const sum = (count: (event: EventDifference) => number) =>
    events.reduce((total, event) => total + count(event), 0);
  const parts = [
    [options.length, options.length === 1 ? "option" : "options"],
    [sum(({ removed }) => removed.length), "removed"],
    [sum(({ added }) => added.length), "added"],
    [sum(({ changed }) => changed.length), "changed"],
    [sum(({ renamed }) => renamed.length), "renamed"],
    [sum(({ moves }) => moves.count), "moved"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const behaviours = sum(({ behaviourChanged }) => behaviourChanged ? 1 : 0);
  if (behaviours > 0) shown.push(`${behaviours} with another default`);
  const tags = events.length === 1 ? events[0].tag : `${events.length} events`;
  const where = events.length === 0 ? "" : ` (${tags})`;
  return `different in effect: ${shown.join(", ")}${where}`;
}

/** What the configurations make of recorded events. */
export function renderVerdicts(verdicts: VerdictSummary, options: TextOptions): string {
  const paint = painter(options.color);
  const { events, loggedBefore, loggedAfter, groups } = verdicts;
  const lines = [
    paint(
      "bold",
      `of ${events} recorded events, ${loggedBefore} were logged, ${loggedAfter} are now`,
    ),
  ];
  for (const group of groups) lines.push("", ...groupLines(group, paint));
  if (groups.length === 0) lines.push("no event is treated otherwise");
  return lines.join("\n");
}

const SIGN = { dropped: "-", logged: "+", renamed: "=" } as const;
const COLOR = { dropped: "red", logged: "green", renamed: "cyan" } as const;

function groupLines(group: VerdictGroup, paint: Paint): string[] {
  const { kind, eventId, nameBefore, nameAfter, count, samples } = group;
  const name = kind === "renamed"
    ? `${quote(nameBefore!)} -> ${quote(nameAfter!)}`
    : ruleName(nameBefore ?? nameAfter!);
  const event = eventById(eventId)!.name;
  const lines = [
    `${paint(COLOR[kind], SIGN[kind])} ${count} ${kind}: ${event} ${name}`.trimEnd(),
    ...samples.map((sample) => `    ${sampleLine(sample)}  ${paint("dim", samplePlace(sample))}`),
  ];
  if (count > samples.length) lines.push(paint("dim", `    … ${count - samples.length} more`));
  return lines;
}

function ruleName(name: string): string {
  return name === "-" ? "" : quote(name);
}
