/** `MON15x`: what the program that a configuration is meant for makes of it (`check --target`). */
import type { CodeDescription } from "../codes.ts";

/** Codes of `check --target`. */
export const TARGET_CODES = {
  MON150: {
    title: "the target refuses the whole configuration because of an entry",
    remedy: "Remove the entry from the configuration for this target. Sysmon for Linux says " +
      "`Option not implemented on Linux.` and applies nothing of the file.",
  },
  MON151: {
    title: "the target crashes",
    remedy: "Remove what is shown from the configuration for this target.",
  },
  MON152: {
    title: "the target does not have this schema version",
    remedy:
      "Name a version that the target has. 4.90 means two things: on Linux it has event 100, " +
      "on Windows events 27 to 29; 4.91 is for Windows alone.",
  },
  MON153: {
    title: "the target does not have this event or entry",
    remedy: "Remove it from the configuration for this target.",
  },
  MON154: {
    title: "an entry has no effect in the target",
    remedy: "Remove it from the configuration for this target, or ignore the warning.",
  },
  MON155: {
    title: "the target compares another value than the one written",
    remedy: "Write the value as plain text, without a comment inside.",
  },
  MON156: {
    title: "the target does not fill this field as the configuration expects",
    remedy: "Use another field, or what the target puts there.",
  },
  MON157: {
    title: "the target reports another RuleName",
    remedy:
      "Do not name conditions of excludes. Sysmon reports the last name that it came across; " +
      "monomi reports that of the element that decided.",
  },
  MON158: {
    title: "the target shortens a field that is no text",
    remedy: "Leave it out of FieldSizes.",
  },
  MON159: {
    title: "monomi does better",
    remedy: "Nothing to do: a note about what `--target monomi` makes of this place.",
  },
} as const satisfies Record<string, CodeDescription>;
