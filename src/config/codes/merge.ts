/** `MON4xx`: merging and formatting. */
import type { CodeDescription } from "../codes.ts";

/** Codes of merging and formatting. */
export const MERGE_CODES = {
  MON401: {
    title: "two inputs set an entry differently",
    remedy: "Change one of them, or take the first or the last input's with `--prefer first` or " +
      "`--prefer last`.",
  },
  MON402: {
    title: "the merged schema version does not have this event, field or entry",
    remedy: "Name a newer version with `--schema-version`, or leave the option out: the newest " +
      "version of all inputs is taken then.",
  },
  MON403: {
    title: "an input uses what its own schema version does not have",
    remedy:
      "The merged file has a newer version, so the rule works there. By itself the input is " +
      "invalid: raise its schemaversion.",
  },
  MON404: {
    title: "exclude elements cannot be joined into one",
    remedy:
      "An event for which there are only `exclude` elements needs exactly one of them: with " +
      "two, whatever none of them matches is dropped. Simplify the element, or use " +
      '`<Rule groupRelation="and">` in a RuleGroup with `groupRelation="or"`.',
  },
  MON405: {
    title: "an event was logged unless excluded in an input, and is now logged only if included",
    remedy: "This is how Sysmon treats an event with both kinds of elements, and usually what is " +
      "wanted. Leave out the inputs that include, or the ones that exclude, if it is not.",
  },
  MON406: {
    title: "one input includes what another one excludes",
    remedy: "Exclude wins: the include can never log anything. Remove one of the two.",
  },
  MON407: {
    title: "inputs give the same rule different names",
    remedy: "The name of the first input is reported. Change the order of the inputs, or remove " +
      "one of the rules.",
  },
  MON408: {
    title: "inputs combine the conditions of an event differently",
    remedy: "An element that combines with `and` cannot be joined with others. It is kept as an " +
      "element of its own, which means the same.",
  },
  MON409: {
    title: "an entry no longer exists in the merged schema version",
    remedy: "It is left out; it had no effect. Remove it from the input.",
  },
  MON410: {
    title: "an input drops every event of a kind, and no longer does once merged",
    remedy: "Two `exclude` elements without an `include` drop everything that neither matches. " +
      "They are joined into one, so that these events are logged.",
  },
  MON411: {
    title: "a rule or element is in several inputs",
    remedy: "The first one is kept. Nothing has to be done.",
  },
} as const satisfies Record<string, CodeDescription>;
