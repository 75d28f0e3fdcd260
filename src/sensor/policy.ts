/**
 * What a configuration decides, compiled once and swapped as a whole on reload.
 */
import type { Config } from "../config/mod.ts";
import {
  type ApplyFieldSizes,
  compileFieldSizes,
  compileRules,
  type RuleSet,
} from "../rules/mod.ts";
import type { Image } from "../events/event.ts";
import { EVENTS } from "../schema/mod.ts";

/** Where a configuration came from, for event 16. */
export interface PolicySource {
  /** Path as given, or `Defaults`. */
  readonly name: string;
  /** Sysmon's hash text of the file, or `-`. */
  readonly hash: string;
}

/** Gives an image's Hashes text, `-` when it cannot. */
export interface ImageHasher {
  hash(image: Image): string | Promise<string>;
  readonly counters?: unknown;
}

/** A compiled configuration. */
export interface Policy {
  readonly source: PolicySource;
  readonly rules: RuleSet;
  readonly applyFieldSizes: ApplyFieldSizes | undefined;
  /** Absent where images cannot be hashed (a replay). */
  readonly hasher: ImageHasher | undefined;
  /** Bit N set: Sysmon event N (below 32) can be logged; what the kernel side is asked for. */
  readonly events: number;
  /** Whether rules on an event look at its Hashes, so that they must be there before matching. */
  readonly hashesFirst: boolean;
}

/** Writes everything that was recorded, with the RuleName it was recorded with. */
export const KEEP_EVERYTHING: Policy = {
  source: { name: "-", hash: "-" },
  rules: {
    evaluate: ({ values }) => String(values[0]),
    wants: () => true,
    reads: () => false,
  },
  applyFieldSizes: undefined,
  hasher: undefined,
  events: 0,
  hashesFirst: false,
};

const PROCESS_CREATE = 1;
const HIGHEST_CAPTURED = 31;

/** Compiles a configuration. */
export function compilePolicy(
  config: Config,
  source: PolicySource,
  hasher: ImageHasher | undefined,
): Policy {
  const rules = compileRules(config);
  let events = 0;
  for (const { id } of EVENTS) {
    if (id <= HIGHEST_CAPTURED && rules.wants(id)) events |= 1 << id;
  }
  return {
    source,
    rules,
    applyFieldSizes: compileFieldSizes(config.options.fieldSizes),
    hasher,
    events: events >>> 0,
    hashesFirst: rules.reads(PROCESS_CREATE, "Hashes"),
  };
}
