/** `MON3xx`: rule tests. */
import type { CodeDescription } from "../codes.ts";

/** Codes of rule tests. */
export const RULE_TEST_CODES = {
  MON301: {
    title: "a test file is neither YAML nor JSON",
    remedy:
      "The message tells where reading ended and why. Quote texts that hold `: `, ` #` or that " +
      "begin with one of ``@`%&*!|>{}[],-``.",
  },
  MON302: {
    title: "a test file is too large",
    remedy:
      "A test file has at most 2 MiB, 64 levels, 200,000 values with all aliases resolved, and " +
      "100,000 cases. Split it.",
  },
  MON303: {
    title: "unknown key in a test file",
    remedy: "The message names the key that was probably meant; docs/rule-tests.md lists them all.",
  },
  MON304: {
    title: "a key of a test file is missing, or contradicts another",
    remedy:
      "A test has either `event` or `log`, and always `expect`, here or in each of its cases.",
  },
  MON305: {
    title: "a value in a test file is of the wrong kind",
    remedy: "Write what the message asks for: a text, a number, a list or a map.",
  },
  MON306: {
    title: "unknown event in a test file",
    remedy: "Write an event's number, its name, or its tag when only one event has that tag.",
  },
  MON307: {
    title: "unknown field in a test file",
    remedy: "Write a field that the event has, in Sysmon's spelling: `monomi schema` lists them.",
  },
  MON308: {
    title: "a placeholder is not in the table of cases",
    remedy: "Add the column to every case, or write `{{name}}` for the literal text `{name}`.",
  },
  MON309: {
    title: "a column of the table of cases is not used",
    remedy: "Use it as `{column}` in the test's name, fields or expectations, or remove it.",
  },
  MON310: {
    title: "a test file has no configuration",
    remedy: "Name it with `configuration: FILE`, or put `NAME.tests.yaml` beside `NAME.xml`.",
  },
  MON311: {
    title: "a value does not fit its field",
    remedy: 'Numbers are decimal, truth values `true` or `false`; a field without data is `"-"`.',
  },
} as const satisfies Record<string, CodeDescription>;
