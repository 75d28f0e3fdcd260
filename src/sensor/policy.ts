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
import type { BlockingPolicy } from "../blocking/mod.ts";
import { EVENTS } from "../schema/mod.ts";

/** Where a configuration came from, for event 16. */
export interface PolicySource {
  /** Path as given, or `Defaults`. */
  readonly name: string;
  /** Sysmon's hash text of the file, or `-`. */
  readonly hash: string;
}

/** Gives an image's Hashes text, `-` when it cannot; undefined when it had to be a program. */
export interface ImageHasher {
  hash(image: Image): string | undefined | Promise<string | undefined>;
  /** The Hash text of bytes that are here. */
  hashBytes(bytes: Uint8Array): string;
  readonly counters?: unknown;
}

/** A compiled configuration. */
export interface Policy {
  readonly source: PolicySource;
  readonly rules: RuleSet;
  readonly applyFieldSizes: ApplyFieldSizes | undefined;
  /** Absent where images cannot be hashed (a replay). */
  readonly hasher: ImageHasher | undefined;
  /** Ids of the events that can be logged; what the kernel side is asked for. */
  readonly events: ReadonlySet<number>;
  /** Events whose rules look at their Hashes, so that these must be there before matching. */
  readonly hashesFirst: ReadonlySet<number>;
  /** What is to be denied; absent where nothing can be (a replay). */
  readonly blocking: BlockingPolicy | undefined;
}

/** Events that have a Hashes field which is filled: 1, 6, 7 and 29. */
const HASHED = [1, 6, 7, 29];

/** Compiles a configuration. */
export function compilePolicy(
  config: Config,
  source: PolicySource,
  hasher: ImageHasher | undefined,
  blocking?: BlockingPolicy,
): Policy {
  const rules = compileRules(config);
  return {
    source,
    rules,
    applyFieldSizes: compileFieldSizes(config.options.fieldSizes),
    hasher,
    events: new Set(EVENTS.map(({ id }) => id).filter((id) => rules.wants(id))),
    hashesFirst: new Set(HASHED.filter((id) => rules.reads(id, "Hashes"))),
    blocking,
  };
}
