/** Coverage as a table for people, or in Markdown. */
import { escapeUnprintable } from "../config/mod.ts";
import { type Paint, painter } from "../output/color.ts";
import type { EventDefinition } from "../schema/mod.ts";
import type { Part, Visibility } from "./compare.ts";
import type { Coverage, TechniqueCoverage } from "./coverage.ts";

const LONGEST_NAME = 48;
const WIDTH = 100;

/** How the table looks. */
export interface TextOptions {
  /** Use colours (ANSI SGR sequences). */
  readonly color?: boolean;
}

/** A table of techniques, the sums, and what is visible only here. */
export function renderCoverage(
  coverage: Coverage,
  visibility: Visibility,
  options: TextOptions,
): string {
  const paint = painter(options.color);
  const rows = coverage.techniques.map(row);
  const table = [["technique", "name", "rules", "events"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((cells) => cells[column].length)));
  const lines = table.map(([id, name, rules, events]) =>
    `${id.padEnd(widths[0])}  ${name.padEnd(widths[1])}  ${rules.padStart(widths[2])}  ${events}`
  );
  return [
    ...(rows.length === 0 ? [] : [paint("bold", lines[0]), ...lines.slice(1), ""]),
    ...sums(coverage),
    "",
    ...visibilityLines(visibility, paint),
  ].join("\n");
}

function row({ id, name, rules, byTag }: TechniqueCoverage): [string, string, string, string] {
  return [id, shownName(name), String(rules.length), eventCounts(byTag)];
}

function shownName(name: string | undefined): string {
  const safe = escapeUnprintable(name ?? "");
  return safe.length > LONGEST_NAME ? `${safe.slice(0, LONGEST_NAME - 1)}…` : safe;
}

function eventCounts(byTag: ReadonlyMap<string, number>): string {
  return [...byTag].map(([tag, count]) => count === 1 ? tag : `${tag} ${count}`).join(", ");
}

function countLine({ techniques, rules, unnamed, otherNames }: Coverage): string {
  const named = rules - unnamed - otherNames;
  return `${
    counted(techniques.length, "technique")
  } in the names of ${named} of ${rules} include rules; ` +
    `${otherNames} have other names, ${unnamed} have none`;
}

function sums(coverage: Coverage): string[] {
  return [
    countLine(coverage),
    ...listLines("events logged: ", coverage.events.map(eventName)),
  ];
}

function eventName({ id, name }: EventDefinition): string {
  return `${name} (${id})`;
}

/** The items behind the heading, further lines indented. */
function listLines(heading: string, items: readonly string[]): string[] {
  const lines = [heading];
  items.forEach((item, i) => {
    const text = i === items.length - 1 ? item : `${item},`;
    const last = lines.length - 1;
    if (i > 0 && lines[last].length + text.length >= WIDTH) lines.push(`    ${text}`);
    else lines[last] += i === 0 ? text : ` ${text}`;
  });
  if (items.length === 0) lines[0] += "none";
  return lines;
}

function visibilityLines(
  { other, onlyHere, onlyThere }: Visibility,
  paint: Paint,
): string[] {
  const otherName = other === undefined
    ? "no configuration (Sysmon's defaults)"
    : escapeUnprintable(other.config.source.fileName);
  const lines = [paint("bold", `visible here and not with ${otherName}`)];
  lines.push(...partLines(onlyHere, other !== undefined));
  if (other === undefined && onlyThere.events.length === 0) return lines;
  lines.push(paint("bold", `visible with ${otherName} and not here`));
  lines.push(...partLines(onlyThere, other !== undefined));
  return lines;
}

/** The defaults give no RuleNames: compared with them, a list of techniques says nothing new. */
function partLines({ techniques, events }: Part, withTechniques: boolean): string[] {
  const ids = techniques.map(({ id }) => id);
  return [
    ...(withTechniques
      ? listLines(`  ${counted(ids.length, "technique")}: `, ids)
      : ids.length > 0
      ? [`  all ${counted(ids.length, "technique")}: the defaults give no RuleNames`]
      : []),
    ...listLines(`  ${counted(events.length, "event")}: `, events.map(eventName)),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The same as a Markdown document. */
export function renderMarkdown(coverage: Coverage, visibility: Visibility): string {
  const { config, techniques, events } = coverage;
  const { other, onlyHere, onlyThere } = visibility;
  const otherName = other === undefined
    ? "no configuration (Sysmon's defaults)"
    : cell(other.config.source.fileName);
  const list = ({ techniques, events }: Part) => [
    `- techniques: ${techniques.map(({ id }) => link(id)).join(", ") || "none"}`,
    `- events: ${events.map(eventName).join(", ") || "none"}`,
  ];
  return [
    `# ATT&CK coverage of ${cell(config.source.fileName)}`,
    "",
    `${countLine(coverage)}.`,
    "",
    "| Technique | Name | Rules | Events |",
    "|---|---|---:|---|",
    ...techniques.map(({ id, name, rules, byTag }) =>
      `| ${link(id)} | ${cell(name ?? "")} | ${rules.length} | ${cell(eventCounts(byTag))} |`
    ),
    "",
    `Events logged: ${events.map(eventName).join(", ") || "none"}.`,
    "",
    `Visible here and not with ${otherName}:`,
    "",
    ...list(onlyHere),
    "",
    `Visible with ${otherName} and not here:`,
    "",
    ...list(onlyThere),
  ].join("\n");
}

function link(id: string): string {
  return `[${id}](https://attack.mitre.org/techniques/${id.replace(".", "/")}/)`;
}

function cell(text: string): string {
  return escapeUnprintable(text).replace(/[\\`*_<>[\]|#]/g, "\\$&");
}
