/** What both profiles say of a configuration, for tests of config-semantics rule by rule. */
import assert from "node:assert/strict";
import type { Config } from "../model.ts";
import { loadConfig } from "../mod.ts";

/** `4:7+5 error MON041`: line, column, length, severity, code. */
export type Said = string;

/** Whether it loads, and all that the reader says of it; habits of the evaluation are left out. */
export interface Verdict {
  readonly loads: boolean;
  readonly said: readonly Said[];
  readonly config: Config | undefined;
}

/** Reads a configuration in one profile. */
export function verdictOn(content: string | Uint8Array, permissive: boolean): Verdict {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const { config, diagnostics } = loadConfig(bytes, "a.xml", { permissive });
  return {
    loads: config !== undefined,
    said: diagnostics.filter(({ code }) => code.startsWith("MON0")).map((
      { line, column, length, severity, code },
    ) => `${line}:${column}+${length} ${severity} ${code}`),
    config,
  };
}

/** What is expected of one profile: nothing said; these warnings; or refused with these. */
export type Expected = "accepted" | readonly Said[];

/** One row: its rule and what it is about, the file, and what each profile makes of it. */
export interface Row {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly validating: Expected;
  readonly permissive: Expected;
  /** What the configuration then says, in both profiles where they load it. */
  readonly means?: (config: Config, permissive: boolean) => void;
}

const PROFILES = ["validating", "permissive"] as const;

/** Registers two tests a row. */
export function testRows(rows: readonly Row[]): void {
  for (const row of rows) {
    for (const profile of PROFILES) {
      const said = saidOf(row[profile]);
      Deno.test(`${row.name} (${profile}: ${outcome(said)})`, () => checkRow(row, profile));
    }
  }
}

/** Registers two tests for many rows that differ in little. */
export function testTogether(name: string, rows: readonly Row[]): void {
  assert.ok(rows.length > 0);
  for (const profile of PROFILES) {
    Deno.test(`${name} (${profile}, ${rows.length} files)`, () => {
      for (const row of rows) checkRow(row, profile);
    });
  }
}

function checkRow(row: Row, profile: typeof PROFILES[number]): void {
  const said = saidOf(row[profile]);
  const verdict = verdictOn(row.content, profile === "permissive");
  assert.deepEqual(verdict.said, said, row.name);
  assert.equal(verdict.loads, !hasError(said), row.name);
  if (verdict.config !== undefined) row.means?.(verdict.config, profile === "permissive");
}

function saidOf(expected: Expected): readonly Said[] {
  return expected === "accepted" ? [] : expected;
}

function hasError(said: readonly Said[]): boolean {
  return said.some((line) => line.includes(" error "));
}

function outcome(said: readonly Said[]): string {
  if (hasError(said)) return "refused";
  return said.length === 0 ? "accepted" : "accepted with warnings";
}

/** Line 1 is the root, line 2 the entries. */
export function withEntries(entries: string, version = "4.90"): string {
  return `<Sysmon schemaversion="${version}">\n${entries}\n</Sysmon>`;
}

/** Line 1 is the root, line 2 what stands in EventFiltering. */
export function withFilters(filters: string, version = "4.90"): string {
  return `<Sysmon schemaversion="${version}"><EventFiltering>\n${filters}\n` +
    `</EventFiltering></Sysmon>`;
}

/** Line 1 is the root, line 2 what stands in `<FileCreate onmatch="include">`. */
export function withConditions(conditions: string, version = "4.90"): string {
  return withFilters(`<FileCreate onmatch="include">\n${conditions}\n</FileCreate>`, version)
    .replace(/<EventFiltering>\n/, "<EventFiltering>");
}
