/**
 * Every diagnostic by its stable code: one table, kept by range. A code is never given another
 * meaning. docs/diagnostics.md is made of it and of fixtures/diagnostics (`deno task docs`).
 */
import { BLOCKING_CODES } from "./codes/blocking.ts";
import { LINT_CODES } from "./codes/lint.ts";
import { MERGE_CODES } from "./codes/merge.ts";
import { READER_CODES } from "./codes/reader.ts";
import { RULE_TEST_CODES } from "./codes/rule_tests.ts";
import { SETTINGS_CODES } from "./codes/settings.ts";
import { TARGET_CODES } from "./codes/targets.ts";
import { YAML_CODES } from "./codes/yaml.ts";

/** What a code means and what to do about it, each in a sentence or two. */
export interface CodeDescription {
  /** Without a period, lower case at the start: `unknown field`. */
  readonly title: string;
  /** Whole sentences, Markdown. */
  readonly remedy: string;
}

/** All codes, ascending. */
export const CODES = {
  ...READER_CODES,
  ...LINT_CODES,
  ...TARGET_CODES,
  ...BLOCKING_CODES,
  ...YAML_CODES,
  ...RULE_TEST_CODES,
  ...MERGE_CODES,
  ...SETTINGS_CODES,
} as const;

/** A stable diagnostic code. */
export type Code = keyof typeof CODES;
