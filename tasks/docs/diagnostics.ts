/** docs/diagnostics.md: every code, what shows it, what to do. */
import { type Code, CODES } from "../../src/config/mod.ts";
import { exampleOf } from "./examples.ts";
import type { Page } from "./page.ts";

const RANGES: readonly (readonly [start: string, title: string])[] = [
  ["MON0", "The file"],
  ["MON10", "Rules"],
  ["MON15", "Targets"],
  ["MON2", "YAML"],
  ["MON3", "Rule tests"],
  ["MON4", "Merging and formatting"],
  ["MON5", "Settings of the service"],
];

const LINE_WIDTH = 100;

const INTRODUCTION = `<!-- Written by \`deno task docs\`. -->

# Diagnostics

Every problem that monomi finds has a stable code. The first line of a report is made for programs:
\`file:line:column: severity: message [code]\`, columns counted from 1 in UTF-16 code units. Below it
stand the line and what is to be done.

An **error** refuses the file, a **warning** does not (\`--deny\` makes errors of warnings, \`--allow\`
silences them), a **note** only tells.
`;

async function render(): Promise<string> {
  const codes = (Object.keys(CODES) as Code[]).sort();
  const rangeOf = (code: Code) => RANGES.findLast(([start]) => code >= start)![1];
  const parts = [INTRODUCTION];
  for (const [, title] of RANGES) {
    const own = codes.filter((code) => rangeOf(code) === title);
    if (own.length === 0) continue;
    parts.push(`## ${title}\n`);
    for (const code of own) parts.push(await section(code));
  }
  return parts.join("\n");
}

async function section(code: Code): Promise<string> {
  const { title, remedy } = CODES[code];
  const example = exampleOf(code);
  const shown = example === undefined ? "" : await exampleText(example);
  return `### ${code}: ${title}\n\n${shown}${wrapped(remedy)}\n`;
}

async function exampleText(example: NonNullable<ReturnType<typeof exampleOf>>): Promise<string> {
  const files = example.files.filter(({ text }) => text !== undefined && text !== "");
  const sources = files.map(({ name, text }) => {
    const heading = example.files.length > 1 ? `\`${name}\`:\n\n` : "";
    return `${heading}${fenced(name.split(".").at(-1)!, text!)}\n`;
  });
  const output = await example.run();
  return `${sources.join("")}${
    fenced("console", `$ monomi ${example.command.join(" ")}\n${output}`)
  }\n`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join("\n");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
}

/** The page. */
export const DIAGNOSTICS_PAGE: Page = { path: "docs/diagnostics.md", render };
