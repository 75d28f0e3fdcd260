/** Hostile sizes: a clean diagnostic, in little time, without deep recursion. */
import assert from "node:assert/strict";
import { loadConfig } from "./mod.ts";
import { MAX_FILE_SIZE } from "./encoding.ts";
import { MAX_DEPTH, MAX_ELEMENTS } from "./prescan.ts";

const OPEN = `<Sysmon schemaversion="4.90"><EventFiltering><FileCreate onmatch="include">`;
const CLOSE = `</FileCreate></EventFiltering></Sysmon>`;
const NEARLY_ALL = MAX_FILE_SIZE - 1000;

function firstCode(content: string | Uint8Array): string | undefined {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const { config, diagnostics } = loadConfig(bytes, "big.xml");
  assert.ok(config === undefined || diagnostics.length === 0);
  return diagnostics[0]?.code;
}

const CASES: readonly [name: string, content: () => string | Uint8Array, code?: string][] = [
  ["a file of 50 MB", () => new Uint8Array(50_000_000).fill(0x20), "MON002"],
  ["100,000 nested elements", () => "<a>".repeat(100_000), "MON012"],
  ["one level too deep", () => "<a>".repeat(MAX_DEPTH + 1), "MON012"],
  ["closed elements are not nested", () => `${OPEN}${"<User/>".repeat(200)}${CLOSE}`],
  ["too many elements", () => OPEN + "<User/>".repeat(MAX_ELEMENTS) + CLOSE, "MON013"],
  ["too many comments", () => OPEN + "<!---->".repeat(MAX_ELEMENTS) + CLOSE, "MON013"],
  [
    "100,000 attributes",
    () => `<Sysmon ${Array.from({ length: 100_000 }, (_, i) => `a${i}=""`).join(" ")}/>`,
    "MON013",
  ],
  ["a huge version", () => `<Sysmon schemaversion="${"9".repeat(NEARLY_ALL)}"/>`, "MON021"],
  ["a huge root name", () => `<${"S".repeat(NEARLY_ALL)}/>`, "MON020"],
  ["a huge value", () => `${OPEN}<User>${"x".repeat(NEARLY_ALL)}</User>${CLOSE}`],
  ["a huge name", () => `${OPEN}<User name="${"x".repeat(NEARLY_ALL)}"/>${CLOSE}`, "MON046"],
  ["an error behind a huge line", () => `${OPEN}${" ".repeat(NEARLY_ALL)}</x>`, "MON010"],
  ["a value of line ends", () => `${OPEN}<User>${"\r".repeat(NEARLY_ALL)}</User>${CLOSE}`],
  ["an entity in every place", () => `${OPEN}<User>${"&amp;".repeat(1e6)}</User>${CLOSE}`],
  ["unclosed quotes", () => `<Sysmon a="${"x".repeat(NEARLY_ALL)}`, "MON010"],
  ["angle brackets only", () => "<".repeat(NEARLY_ALL), "MON010"],
  ["a DOCTYPE behind a comment", () => `<!-- x --><!DOCTYPE a []><Sysmon/>`, "MON011"],
  [
    "65,535 elements for one event",
    () =>
      `<Sysmon schemaversion="4.90"><EventFiltering>${
        `<FileCreate onmatch="include"><User>a</User></FileCreate>`.repeat(65_535)
      }</EventFiltering></Sysmon>`,
    "MON047",
  ],
];

for (const [name, content, code] of CASES) {
  Deno.test(`limits: ${name}`, () => {
    assert.equal(firstCode(content()), code);
  });
}
