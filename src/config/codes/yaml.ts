/** `MON2xx`: configurations written in YAML. */
import type { CodeDescription } from "../codes.ts";

/** Codes of configurations written in YAML. */
export const YAML_CODES = {
  MON201: {
    title: "the file is not well-formed YAML",
    remedy: "Correct the place shown. Indent with blanks, never with tabs; put texts that begin " +
      "with a sign or contain `: ` or ` #` into single quotes.",
  },
  MON202: {
    title: "something of YAML that configurations do without",
    remedy:
      "Write texts out where they are needed: anchors, aliases, tags, directives and several " +
      "documents in one file are not read.",
  },
  MON203: {
    title: "lists and maps are nested too deeply",
    remedy: "A valid configuration needs 12 levels; 40 are read.",
  },
  MON204: {
    title: "the YAML is too large",
    remedy: "At most 2 Mi characters and 300,000 tokens (words, signs, stretches of blanks) are " +
      "read, some 15,000 conditions. Join conditions with `is any` or `contains any`, or write XML.",
  },
  MON205: {
    title: "a character that no configuration can have",
    remedy:
      "Remove it. XML cannot hold control characters but tab and line ends, and what cannot " +
      "be written in XML cannot be given to Sysmon.",
  },
  MON206: {
    title: "unknown key",
    remedy: "Spell it as docs/yaml.md does; upper and lower case count.",
  },
  MON207: {
    title: "a key is given twice",
    remedy: "Keep one. Events, Rules and conditions can be repeated: each is an item of a list, " +
      "with a dash of its own.",
  },
  MON208: {
    title: "a text, a list or a map stands where another of them is needed",
    remedy: "Write it in the form that docs/yaml.md shows for this place.",
  },
  MON209: {
    title: "an item of a list cannot be part of it",
    remedy: "Items of a list of values must not be empty and cannot contain `;`, because Sysmon " +
      "separates them with it. Items of entries such as HashAlgorithms cannot contain a comma.",
  },
  MON210: {
    title: "an item does not say exactly one thing",
    remedy: "Begin every event, Rule and condition with a dash of its own. Conditions that must " +
      "hold together go below `- Rule: and`.",
  },
  MON211: {
    title: "a field that only configurations in YAML can name",
    remedy: "ContainerId, ContainerRuntime, PodUid and HostImage are monomi's own: Sysmon would " +
      "refuse the file. Keep such rules in a YAML configuration, or leave them out.",
  },
} as const satisfies Record<string, CodeDescription>;
