/** `MON0xx`: problems of the file itself, found while reading it. */
import type { CodeDescription } from "../codes.ts";

/** Codes of the reader. */
export const READER_CODES = {
  MON001: {
    title: "the file is empty",
    remedy: "Write a configuration into it. Sysmon refuses an empty file, too.",
  },
  MON002: {
    title: "the file is too large",
    remedy:
      "At most 8 MiB are read. Remove what is unused, or join long lists of values into one " +
      "condition with `is any` or `contains any`.",
  },
  MON003: {
    title: "the file's encoding is not supported",
    remedy: "Save the file as UTF-8, or as UTF-16 with the low byte first (UTF-16LE).",
  },
  MON004: {
    title: "the file has bytes that are invalid in its encoding",
    remedy: 'Save the file as UTF-8. A Latin-1 file needs `encoding="ISO-8859-1"` in its XML ' +
      "declaration. Sysmon for Linux 1.5.2 cuts the value at such a byte.",
  },
  MON005: {
    title: "the declared encoding is ignored",
    remedy: "Save the file as UTF-8 and declare that, or nothing.",
  },
  MON010: {
    title: "the file is not well-formed XML",
    remedy:
      "Correct the place shown. Write `&amp;` for `&`, `&lt;` for `<`, close every element, " +
      "and give each attribute once.",
  },
  MON011: {
    title: "a DOCTYPE is not allowed",
    remedy:
      "Remove it, and write out the entities that it defines. Validating Sysmon brings a DTD " +
      "of its own and cannot take a second one.",
  },
  MON012: {
    title: "elements are nested too deeply",
    remedy: "A valid configuration needs six levels; 100 are read.",
  },
  MON013: {
    title: "the file has too many elements or attributes",
    remedy: "At most 200,000 elements and 32 attributes each are read. Join long lists of values " +
      "into one condition with `is any` or `contains any`.",
  },
  MON020: {
    title: "the root element is not Sysmon",
    remedy: 'The whole file is one `<Sysmon schemaversion="…">` element, spelt exactly so.',
  },
  MON021: {
    title: "schemaversion is missing or not a version",
    remedy: "Write a version that `monomi schema` knows, `4.90` for example. The attribute is " +
      "spelt `schemaversion`, all in lower case.",
  },
  MON022: {
    title: "the schema version is too old",
    remedy: "Sysmon reads configurations from 4.00 on. Name a newer version; up to 4.10 the " +
      "conditions of an element combine with `or`, later with `and`.",
  },
  MON023: {
    title: "the schema version is newer than any known",
    remedy: "Sysmon loads the file, too, but validates it against an older schema. Name the " +
      "version that you have tested with.",
  },
  MON024: {
    title: "schemaversion has text after the number",
    remedy: "Sysmon reads the number at the start and skips the rest. Write the number alone.",
  },
  MON030: {
    title: "unknown element under Sysmon",
    remedy:
      "Correct its spelling (case counts) or remove it. Validating Sysmon refuses the file; " +
      "Sysmon for Linux 1.5.2 silently ignores every entry behind it. An event element belongs " +
      "into `<EventFiltering>`.",
  },
  MON031: {
    title: "unknown attribute",
    remedy:
      "Remove it or correct its spelling (case counts). A name for an event element belongs " +
      "on its RuleGroup.",
  },
  MON032: {
    title: "text stands where only elements may",
    remedy: "Remove it, or make it a comment: `<!-- … -->`.",
  },
  MON033: {
    title: "groupRelation is missing",
    remedy: 'Every RuleGroup needs `groupRelation="and"` or `groupRelation="or"`.',
  },
  MON034: {
    title: "groupRelation is neither and nor or",
    remedy: "Write `and` or `or`, in lower case. Sysmon takes any other text as `and` where it " +
      "does not refuse it.",
  },
  MON035: {
    title: "unknown event",
    remedy:
      "`monomi schema` lists the events; case counts. Events stand in `<EventFiltering>` or " +
      "in a `<RuleGroup>` there.",
  },
  MON036: {
    title: "the file's schema version does not have this element",
    remedy: "Name a schema version that has it, or remove it.",
  },
  MON037: {
    title: "an element stands in the wrong place",
    remedy: "A RuleGroup stands directly in `<EventFiltering>`, a Rule directly in an event " +
      "element; neither can be nested.",
  },
  MON038: {
    title: "onmatch or default is neither include nor exclude",
    remedy: "Write `include` or `exclude`, in lower case. Sysmon for Linux 1.5.2 takes anything " +
      "else as the event's own default.",
  },
  MON039: {
    title: "an event element has neither onmatch nor default",
    remedy: 'Write `onmatch="include"` or `onmatch="exclude"`. Sysmon says so, ignores the ' +
      "element, and still calls the file valid.",
  },
  MON040: {
    title: "an event element has both onmatch and default",
    remedy: 'Keep `onmatch`. Sysmon ignores the element. (`default="exclude"` means ' +
      '`onmatch="include"`.)',
  },
  MON041: {
    title: "unknown field",
    remedy: "`monomi schema` lists the fields of each event; case counts. Sysmon for Linux 1.5.2 " +
      "drops the element and every later element of this event.",
  },
  MON042: {
    title: "the file's schema version does not have this field",
    remedy: "Name a schema version that has it, or remove the condition. Sysmon for Windows " +
      "refuses the file.",
  },
  MON043: {
    title: "no single event has all fields of this element",
    remedy:
      "Split the element in two, each with the fields of one event. (RegistryEvent is three " +
      "events: Details belongs to 13, NewName to 14.)",
  },
  MON044: {
    title: "unknown condition",
    remedy: "Write one of Sysmon's conditions; each is listed under [Configuration]" +
      "(configuration.md#rules-in-short). Blanks around it count. Sysmon for Linux skips the " +
      "condition, Sysmon for Windows refuses the file.",
  },
  MON045: {
    title: "an element stands inside a value",
    remedy: "Values are text. Write `&lt;` for a `<` that belongs to the value.",
  },
  MON046: {
    title: "a name is too long",
    remedy: "Names of rules, groups and conditions have at most 255 bytes of UTF-8.",
  },
  MON047: {
    title: "too many elements for one event",
    remedy: "At most 65534 elements speak of one event. Merge them.",
  },
  MON048: {
    title: "a Rule has no conditions",
    remedy: "Remove it or fill it. It never matches, and Sysmon for Linux up to 1.5.1 crashes.",
  },
  MON060: {
    title: "unknown hash algorithm",
    remedy: "Write `md5`, `sha1`, `sha256` and `imphash`, separated by commas without blanks, or " +
      "`*` for all.",
  },
  MON061: {
    title: "no hash algorithm is named",
    remedy: "Name one, or remove the element. Sysmon for Linux crashes at the first process that " +
      "starts; monomi uses SHA256.",
  },
  MON062: {
    title: "ArchiveDirectory is not a single path component",
    remedy: "Write the name of a folder without a path: it is made at the root of each volume.",
  },
  MON063: {
    title: "FieldSizes cannot be read",
    remedy: "Write `Field:Size,Field:Size` without blanks, such as `CommandLine:400,Image:200`.",
  },
  MON064: {
    title: "ProcessAccessConfig has too many entries",
    remedy: "At most nine are possible. Use ProcessAccess rules instead.",
  },
  MON065: {
    title: "an entry without value has one",
    remedy: "Write the element empty: `<CaptureClipboard/>`, without even a blank inside.",
  },
  MON066: {
    title: "an entry is repeated",
    remedy: "Remove all but the last, which is the one that counts.",
  },
  MON067: {
    title: "an entry has no effect",
    remedy: "Remove it.",
  },
  MON068: {
    title: "a queue size is not a positive number",
    remedy: "Write a decimal number, or remove the element.",
  },
  MON070: {
    title: "a rule entry contradicts an event element",
    remedy: "Remove the entry or the `exclude` element: with `--permissive`, as with Sysmon for " +
      "Linux, the element is ignored.",
  },
  MON099: {
    title: "there are more problems than are shown",
    remedy: "Mend those above and check again.",
  },
} as const satisfies Record<string, CodeDescription>;
