import assert from "node:assert/strict";
import { ENTRIES, EVENTS, findVersions, OPERATORS, SCHEMA_VERSIONS } from "../schema/mod.ts";
import { printMarkdown } from "./markdown.ts";
import { ENTRY_MEANINGS } from "./meanings.ts";

Deno.test("every event, field and operator is there", () => {
  const text = printMarkdown(SCHEMA_VERSIONS);
  for (const { id, title, fields } of EVENTS) {
    const start = text.indexOf(`\n## ${id}: ${title}\n`);
    assert.ok(start > 0, title);
    const section = text.slice(start + 1).split("\n## ", 1)[0];
    for (const { name } of fields) {
      assert.ok(section.includes(`| \`${name}\` `), `${title} ${name}`);
    }
  }
  for (const operator of OPERATORS) assert.ok(text.includes(`| \`${operator}\` `), operator);
});

Deno.test("every entry has a meaning", () => {
  for (const name of ENTRIES.keys()) assert.ok(ENTRY_MEANINGS[name], name);
});

Deno.test("the columns of a table stand below each other", () => {
  const lines = printMarkdown(findVersions("4.81")).split("\n");
  for (const [at, line] of lines.entries()) {
    const next = lines[at + 1];
    if (line.startsWith("|") && next?.startsWith("|")) assert.equal(next.length, line.length, line);
  }
});
