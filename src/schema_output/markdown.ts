/** The event reference: every event with its fields, as Markdown. */
import { formatVersion, type SchemaVersion } from "../schema/mod.ts";
import { type DescribedEvent, entriesIn, eventsIn, nameOf, operatorsIn } from "./described.ts";
import { ENTRY_MEANINGS, OPERATOR_MEANINGS } from "./meanings.ts";
import { TYPE_NAMES } from "./types.ts";

const PLATFORMS = { linux: "Linux only", windows: "Windows only" } as const;

/** A page about all that `versions`, oldest first, have. */
export function printMarkdown(versions: readonly SchemaVersion[]): string {
  const events = eventsIn(versions);
  return [
    "# Events, fields and operators",
    "",
    `Sysmon's schema ${nameOf(versions)}. "Since" names the first schema version that has a thing.`,
    "",
    ...table(
      ["Id", "Tag", "Event", "Without a rule"],
      events.map((event) => [
        String(event.id),
        event.tag === null ? "" : `\`${event.tag}\``,
        `[${event.title}](#${anchor(event)})`,
        withoutRule(event),
      ]),
    ),
    "",
    "## Operators",
    "",
    "Letters A to Z are compared without regard to their case.",
    "",
    ...table(
      ["Condition", "Matches when"],
      operatorsIn(versions).map((operator) => [`\`${operator}\``, OPERATOR_MEANINGS[operator]]),
    ),
    "",
    "## Entries directly under Sysmon",
    "",
    ...table(
      ["Element", "Meaning"],
      entriesIn(versions).map((name) => [`\`${name}\``, ENTRY_MEANINGS[name]]),
    ),
    ...events.flatMap((event) => ["", ...section(event)]),
  ].join("\n");
}

function section(event: DescribedEvent): string[] {
  const { tag, platform, version } = event;
  const facts = [
    tag === null ? "cannot be filtered" : `tag \`${tag}\``,
    `version ${version}`,
    withoutRule(event),
    ...(platform === null ? [] : [PLATFORMS[platform]]),
  ];
  return [
    `## ${heading(event)}`,
    "",
    `${facts.join(", ")}.`.replace(/^./, (letter) => letter.toUpperCase()),
    "",
    ...table(
      ["Field", "Type", "Since"],
      event.fields.map(({ name, type, since }) => [
        `\`${name}\``,
        TYPE_NAMES[type],
        formatVersion(since),
      ]),
    ),
  ];
}

function withoutRule({ tag, ruleDefault }: DescribedEvent): string {
  return tag === null || ruleDefault === "include" ? "logged" : "not logged";
}

function heading({ id, title }: DescribedEvent): string {
  return `${id}: ${title}`;
}

/** How GitHub and others name a heading in links. */
function anchor(event: DescribedEvent): string {
  return heading(event).toLowerCase().replaceAll(/[^a-z0-9 -]/g, "").replaceAll(" ", "-");
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(titles), rule, ...rows.map(line)];
}
