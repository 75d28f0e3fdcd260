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
import type { Archived } from "../archive/archiver.ts";
import type { BlockingPolicy } from "../blocking/mod.ts";
import type { Image, Removal } from "../events/event.ts";
import type { HashCounters, ImageFacts, NoProgram } from "../hashing/mod.ts";
import { EVENTS } from "../schema/mod.ts";

/** Where a configuration came from, for event 16. */
export interface PolicySource {
  /** Path as given, or `Defaults`. */
  readonly name: string;
  /** Sysmon's hash text of the file, or `-`. */
  readonly hash: string;
}

/**
 * An image's Hashes text, `-` where there is none, and behind a line end who signed it; or all that its
 * file says; or that it is no program, though it had to be one.
 */
export type ImageAnswer = string | ImageFacts | NoProgram;

/** Looks into images. */
export interface ImageHasher {
  hash(image: Image): ImageAnswer | Promise<ImageAnswer>;
  /** The fields that its answers fill, where these are not Hashes and Signature alone. */
  readonly fields?: readonly string[];
  /** The Hash text of bytes that are here. */
  hashBytes(bytes: Uint8Array): string;
  readonly counters?: Readonly<HashCounters>;
}

/** Copies deleted files; undefined for one that it has no whole copy of. */
export interface FileArchive {
  archive(removal: Removal): Promise<Archived | undefined>;
  readonly counters?: unknown;
}

/** The configuration names an ArchiveDirectory: event 23 is for what is in it. */
export interface ArchivePolicy {
  /** Absent where nothing can be archived (a replay). */
  readonly archive: FileArchive | undefined;
  /** Whether rules for FileDeleteDetected decide about what could not be archived. */
  readonly asksDetected: boolean;
}

/** A compiled configuration. */
export interface Policy {
  readonly source: PolicySource;
  readonly rules: RuleSet;
  readonly applyFieldSizes: ApplyFieldSizes | undefined;
  /** Absent where images cannot be hashed (a replay). */
  readonly hasher: ImageHasher | undefined;
  /** What becomes of deletions that the rules for FileDelete want; absent: event 23 as they are. */
  readonly archive: ArchivePolicy | undefined;
  /** Ids of the events that can be logged; what the kernel side is asked for. */
  readonly events: ReadonlySet<number>;
  /** Events whose rules look at what only the hasher knows, which must be there before matching. */
  readonly hashesFirst: ReadonlySet<number>;
  /** What is to be denied; absent where nothing can be (a replay). */
  readonly blocking: BlockingPolicy | undefined;
}

/** Events with fields that a hasher fills. */
const HASHED = [1, 6, 7, 15, 29];
const HASHER_FIELDS = ["Hashes", "Signature"];

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
  archive: undefined,
  events: new Set(),
  hashesFirst: new Set(),
  blocking: undefined,
};

/** Compiles a configuration. */
export function compilePolicy(
  config: Config,
  source: PolicySource,
  hasher: ImageHasher | undefined,
  archive?: FileArchive,
  blocking?: BlockingPolicy,
): Policy {
  const rules = compileRules(config);
  const fields = hasher?.fields ?? HASHER_FIELDS;
  return {
    source,
    rules,
    applyFieldSizes: compileFieldSizes(config.options.fieldSizes),
    hasher,
    archive: config.options.archiveDirectory === undefined ? undefined : {
      archive,
      asksDetected: config.elements.some(({ tag }) => tag === "FileDeleteDetected"),
    },
    events: new Set(EVENTS.map(({ id }) => id).filter((id) => rules.wants(id))),
    hashesFirst: new Set(
      HASHED.filter((id) => fields.some((field) => rules.reads(id, field))),
    ),
    blocking,
  };
}
