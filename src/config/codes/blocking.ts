/** `MON18x`: what the kernel cannot decide of the rules for blocking (events 27 and 28). */
import type { CodeDescription } from "../codes.ts";

/** Codes of `check --platform linux` and of the sensor's start. */
export const BLOCKING_CODES = {
  MON180: {
    title: "a rule for blocking cannot be decided in the kernel",
    remedy:
      "Blocking is decided in the kernel, by TargetFilename, Image, User and ProcessId. Write " +
      "the rule with these; the message says what is left of it. docs/blocking.md has the details.",
  },
  MON181: {
    title: "the rules for blocking are too large for the kernel",
    remedy: "Nothing is blocked. Write fewer and shorter rules, by folder instead of by file.",
  },
} as const satisfies Record<string, CodeDescription>;
