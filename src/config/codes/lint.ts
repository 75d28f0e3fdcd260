/** `MON1xx`: rules that can't do what their author thinks (config-semantics sections 5 and 8). */
import type { CodeDescription } from "../codes.ts";

/** Codes of the lint. */
export const LINT_CODES = {
  MON101: {
    title: "several elements for one event, and none can match: the event is never logged",
    remedy: "With two or more elements for an event, an event that none of them matches is " +
      "dropped, even if all of them are `exclude`. Merge them into one element.",
  },
  MON104: {
    title: "image never matches paths on Linux with Sysmon",
    remedy:
      "Sysmon compares what follows the last `\\`, monomi also what follows the last `/`. Use " +
      "`end with` and a `/` in front of the name where both shall understand the file.",
  },
  MON105: {
    title: "a list has an empty item",
    remedy: "Remove the `;` at the end or the doubled one. An empty item at the end occurs in " +
      "every text; elsewhere the rest of the list is searched literally.",
  },
  MON106: {
    title: "numbers are compared as text",
    remedy: "`less than` and `more than` sort texts: 80 is not less than 1024. List the values " +
      "with `is any`, or use `begin with`.",
  },
  MON107: {
    title: "excludes all matches nearly always",
    remedy: "It matches as soon as one item does not occur. Use `excludes any` where none of the " +
      "items may occur. Sysmon's own usage text describes the two the wrong way round.",
  },
  MON108: {
    title: "a Rule without groupRelation combines with or",
    remedy: 'Write `groupRelation="and"` or `groupRelation="or"`. Neither the RuleGroup nor the ' +
      "schema version says how a Rule combines.",
  },
  MON109: {
    title: "negative conditions on one field are alternatives",
    remedy: 'Put them into `<Rule groupRelation="and">`. Outside of a Rule the conditions on one ' +
      "field are alternatives, so that two negative ones hold nearly always.",
  },
  MON110: {
    title: "a field is not seen by every event of the series",
    remedy: "Use a field that all events of the series have in the same place, or write an " +
      "element for each event with a field that only this event has.",
  },
  MON111: {
    title: "an element outside of a RuleGroup combines with and",
    remedy: 'Put the element into `<RuleGroup groupRelation="or">` or `"and"`. Without one the ' +
      "schema version decides: up to 4.10 `or`, later `and`.",
  },
  MON112: {
    title: "a condition never matches",
    remedy: "No field is ever empty: one without data holds `-`. Compare with that, or write the " +
      "value that is meant.",
  },
  MON113: {
    title: "a condition always matches",
    remedy: "The empty text occurs in every text. Write the value that is meant, or remove the " +
      "condition; an empty `exclude` element logs everything.",
  },
  MON114: {
    title: "a field never holds such a text",
    remedy: "Everything is compared as text, in the form in which the event shows it: ports and " +
      "ids in decimal without leading zeros, GUIDs with braces, access masks as `0x1fffff`, IPv6 " +
      "addresses in eight groups. Write the value in this form.",
  },
  MON115: {
    title: "a blank or a line break is part of the value",
    remedy: "Values are compared as they stand, and lists are split at `;` without trimming. " +
      "Remove what is there for the layout only.",
  },
  MON116: {
    title: "a wildcard is compared as it stands",
    remedy: "Conditions know neither wildcards nor regular expressions. Use `begin with`, `end " +
      "with`, `contains` or `contains all`.",
  },
  MON117: {
    title: "environment variables are not expanded on Linux",
    remedy: "Write the path itself. `%NAME%` is expanded for events of Windows only.",
  },
  MON118: {
    title: "a list where none is understood",
    remedy:
      "Only conditions that end in `any` or `all` take lists, and only `;` separates items. " +
      "Use `is any` or `contains any`, or write one condition for each value.",
  },
  MON119: {
    title: "letters beyond A to Z are compared with regard to case",
    remedy: "Only A to Z are folded. Write one condition for each spelling.",
  },
  MON120: {
    title: "a condition on RuleName",
    remedy: "While rules are tried RuleName is `-`. Repeat the other rule's conditions instead.",
  },
  MON121: {
    title: "Hashes never hold such a text",
    remedy: "Hashes holds all algorithms of HashAlgorithms in one text, `SHA1=…,MD5=…`. Use " +
      "`contains` with `NAME=digits` of an algorithm that HashAlgorithms names.",
  },
  MON122: {
    title: "a file name is compared with a whole path",
    remedy: "Image and its like hold whole paths. Use `image`, or `end with` and the name behind " +
      "its separator.",
  },
  MON123: {
    title: "a registry root that never occurs",
    remedy:
      "Registry paths begin with HKLM, HKU or HKCC, never with HKCU or a long name. Use the " +
      "short name; for HKCU leave the root out and use `contains` or `end with`.",
  },
  MON124: {
    title: "a condition or a Rule is repeated",
    remedy:
      "Remove one of them, or keep the one whose name is meant. Only the first that matches " +
      "is reported.",
  },
  MON125: {
    title: "a rule is never reached",
    remedy:
      "Another one matches first whenever this one does. In an `or` element the first match " +
      "decides, and of several elements the last one is tried first: put the narrower one where " +
      "it is tried first, or remove it.",
  },
  MON126: {
    title: "a rule adds nothing",
    remedy:
      "Another one matches whenever this one does, with the same result. Remove it, or make " +
      "the other one narrower.",
  },
  MON127: {
    title: "an exclude drops everything that an include matches",
    remedy: "Excludes are always tried first. Make the exclude narrower, or remove the include.",
  },
  MON128: {
    title: "conditions contradict each other",
    remedy: "They must all hold, and no event meets them all. Split them into several Rules, or " +
      "combine them with `or`.",
  },
  MON129: {
    title: "alternatives undo each other",
    remedy: "One of two alternatives is enough, and what one leaves out the other lets in. Put " +
      'negative conditions on one field into one `<Rule groupRelation="and">`.',
  },
  MON130: {
    title: "the platform never produces this event",
    remedy:
      "Remove the element from this platform's configuration. Sysmon accepts it and nothing " +
      "comes of it.",
  },
  MON131: {
    title: "the field always holds the same text on the platform",
    remedy: "Ask another field: on Linux, for one, files have no version information, so that " +
      "OriginalFileName is always `-`.",
  },
  MON132: {
    title: "a path or an account of the other platform",
    remedy: "Write it the way the platform does: `/usr/bin/curl` on Linux, `C:\\Windows\\…` on " +
      "Windows, accounts as `DOMAIN\\name` on Windows and as a bare name on Linux.",
  },
  MON140: {
    title: "a technique is named in an odd way",
    remedy: "Most names of the file are of the form `technique_id=T1059.001,technique_name=…`. " +
      "Write this one like them, or what evaluates the names will not find the technique.",
  },
  MON141: {
    title: "a name without a technique",
    remedy: "Most names of the file tell a technique, `technique_id=T1059.001,technique_name=…`. " +
      "Add it, or what evaluates the names cannot place the event.",
  },
  MON142: {
    title: "a name is never reported",
    remedy: "In an `and` Rule all conditions match, and the last one with a name gives the " +
      "RuleName; a condition without a name of its own has that of its Rule. Give the name to the " +
      "Rule.",
  },
} as const satisfies Record<string, CodeDescription>;
