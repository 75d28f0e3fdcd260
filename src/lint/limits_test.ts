/** Configurations made to be slow to compare are linted in a bounded time. */
import assert from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import { lint } from "./mod.ts";

/** Far more than any of them takes, far less than comparing all with all would. */
const LIMIT_MS = 60_000;
const MANY = 40_000;

function configuration(relation: string, inside: string): string {
  return `<Sysmon schemaversion="4.90"><EventFiltering><RuleGroup groupRelation="${relation}">` +
    `<FileCreate onmatch="include">${inside}</FileCreate></RuleGroup></EventFiltering></Sysmon>`;
}

function many(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join("");
}

const list = (start: number) => Array.from({ length: 100_000 }, (_, i) => start + i).join(";");

const SLOW: Readonly<Record<string, string>> = {
  "one in another": configuration(
    "or",
    many(MANY, (i) => `<User condition="contains">${"a".repeat(1 + i % 99)}${i % 7}</User>`),
  ),
  "negatives as alternatives": configuration(
    "or",
    many(MANY, (i) => `<User condition="excludes">a${i}</User>`),
  ),
  "one field of an and element": configuration(
    "and",
    many(MANY, (i) => `<User condition="begin with">${i}x</User>`),
  ),
  "one and Rule": configuration(
    "or",
    `<Rule groupRelation="and">${
      many(MANY, (i) => `<User condition="excludes">${i}</User>`)
    }</Rule>`,
  ),
  "long lists": configuration(
    "or",
    many(5, (i) => `<User condition="is any">${list(i)}</User>`),
  ),
  "a list of blanks": configuration(
    "or",
    `<User condition="contains any">a${"; b".repeat(300_000)};c</User>`,
  ),
};

for (const [name, xml] of Object.entries(SLOW)) {
  Deno.test(`bounded: ${name}`, () => {
    const { config } = loadConfig(new TextEncoder().encode(xml), "slow.xml");
    assert.ok(config);
    const start = performance.now();
    lint(config);
    const took = performance.now() - start;
    assert.ok(took < LIMIT_MS, `${took} ms`);
  });
}
