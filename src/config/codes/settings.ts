/** `MON5xx`: settings of the service. */
import type { CodeDescription } from "../codes.ts";

/** Codes of settings files. */
export const SETTINGS_CODES = {
  MON501: {
    title: "unknown setting",
    remedy: "Spell it as docs/service.md does; upper and lower case count. What Sysmon " +
      "configurations say does not belong into this file.",
  },
  MON502: {
    title: "a value that a setting does not take",
    remedy: "Write what the message asks for. Sizes are bytes, or numbers with `K`, `M` or `G`.",
  },
  MON503: {
    title: "a sink that cannot be understood",
    remedy:
      "Write `FORMAT:TARGET[,KEY=VALUE]…` as for `--sink`, or a map with `format`, `to` and " +
      "the same keys.",
  },
} as const satisfies Record<string, CodeDescription>;
