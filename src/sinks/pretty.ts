/**
 * One aligned line an event, for people.
 */
import type { FieldValue } from "../events/event.ts";
import type { EventDefinition } from "../schema/types.ts";
import { HIDDEN } from "../output/hidden.ts";
import { type Details, detailsOf } from "./pretty_details.ts";
import { perDefinition, perSecond, type Renderer } from "./renderer.ts";
import { ProcessTree } from "./tree.ts";

/** How lines for people look. */
export interface PrettyOptions {
  /** Use colours (ANSI SGR sequences). */
  readonly color?: boolean;
  /** Indent each process, and what it does, under its parent. */
  readonly tree?: boolean;
}

const NAME_WIDTH = 18;
const PID_WIDTH = 7;
const USER_WIDTH = 10;
const IMAGE_WIDTH = 24;

const RESET = "\x1b[0m";
const DIM = "\x1b[2m";
const BOLD = "\x1b[1m";
const RULE_COLOR = "\x1b[33m";
const COLOR_BY_EVENT_ID: ReadonlyMap<number, string> = new Map([
  ...colored("\x1b[32m", 1),
  ...colored("\x1b[90m", 5),
  ...colored("\x1b[36m", 3, 22),
  ...colored("\x1b[34m", 2, 11, 15, 29),
  ...colored("\x1b[31m", 23, 26, 27, 28, 255),
]);
const OTHER_COLOR = "\x1b[35m";

function colored(color: string, ...ids: number[]): [number, string][] {
  return ids.map((id) => [id, color]);
}

/**
 * Gives a renderer of lines such as
 * `15:04:05.123  ProcessCreate     4711 root       /usr/bin/id              id -u`: local time,
 * event, process id, user, image, what tells most about this kind of event, and the rule's name in
 * brackets if there is one. Values are escaped by {@link escapeForPeople} and never cut.
 */
export function prettyRenderer(options: PrettyOptions = {}): Renderer {
  const paint = options.color
    ? (color: string, text: string) => color + text + RESET
    : (_color: string, text: string) => text;
  const tree = options.tree ? new ProcessTree() : undefined;
  const localSeconds = perSecond((second) =>
    [second.getHours(), second.getMinutes(), second.getSeconds()].map(twoDigits).join(":")
  );
  const localTime = (milliseconds: number) => {
    const seconds = Math.floor(milliseconds / 1000);
    const rest = Math.floor(milliseconds - seconds * 1000) || 0;
    return `${localSeconds(seconds)}.${String(rest).padStart(3, "0")}`;
  };

  return perDefinition((definition) => {
    const color = COLOR_BY_EVENT_ID.get(definition.id) ?? OTHER_COLOR;
    const name = paint(color, definition.name.padEnd(NAME_WIDTH));
    const pid = reader(definition, "ProcessId", "SourceProcessId");
    const user = reader(definition, "User", "SourceUser");
    const image = reader(definition, "Image", "SourceImage");
    const ruleName = reader(definition, "RuleName");
    const details: Details = detailsOf(definition);
    const place = tree?.placer(definition);
    return (event) => {
      const { values } = event;
      const indent = place === undefined ? "" : place(values);
      const imageText = indent + image(values);
      const rule = ruleName(values);
      const line = `${paint(DIM, localTime(event.time))}  ${name} ` +
        `${pid(values).padStart(PID_WIDTH)} ${user(values).padEnd(USER_WIDTH)} ` +
        `${paint(BOLD, imageText.padEnd(IMAGE_WIDTH))} ${escapeForPeople(details(values))}`;
      return (rule === "-" ? line : `${line} ${paint(RULE_COLOR, `[${rule}]`)}`).trimEnd();
    };
  });
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function reader(
  definition: EventDefinition,
  ...names: string[]
): (values: readonly FieldValue[]) => string {
  const index = names.map((name) => definition.fieldIndex.get(name)).find((i) => i !== undefined);
  return index === undefined ? () => "-" : (values) => escapeForPeople(String(values[index]));
}

const NEEDS_A_LOOK = /[^ -~]/;
const HAS_HIDDEN = new RegExp(`[${HIDDEN}]`, "u");
const ESCAPED = new RegExp(`[\\\\${HIDDEN}]`, "gu");
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\x1b": "\\e",
};

/**
 * `text` with its hidden characters (see {@link HIDDEN}) spelled out: `\n`, `\r`, `\t`, `\e`, any
 * other `\u{hex}`. Backslashes are doubled in text that has hidden characters, and only there.
 */
export function escapeForPeople(text: string): string {
  if (!NEEDS_A_LOOK.test(text) || !HAS_HIDDEN.test(text)) return text;
  return text.replace(
    ESCAPED,
    (character) => SHORT_ESCAPES[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
