/** What a configuration says, with the place of everything it says. */
import type { Operator } from "../schema/options.ts";
import type { VersionNumber } from "../schema/versions.ts";
import type { SourceText } from "./source.ts";

/** A loaded configuration. All offsets are offsets into `source.text`. */
export interface Config {
  readonly source: SourceText;
  readonly schemaVersion: VersionNumber;
  /** Entries directly under `<Sysmon>`, read; absent entries have their defaults. */
  readonly options: ConfigOptions;
  /** Event elements in document order. */
  readonly elements: readonly EventElement[];
}

/** Hash algorithms in the order in which Sysmon prints them. */
export const HASH_ALGORITHMS = ["SHA1", "MD5", "SHA256", "IMPHASH"] as const;

/** A hash algorithm. */
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** An entry's text and place as it stands in the file. */
export interface ConfigEntry {
  readonly name: string;
  readonly text: string;
  readonly offset: number;
}

/** The entries of section 2, read. Those that only Windows uses load everywhere. */
export interface ConfigOptions {
  /** Never empty; SHA256 alone when the file names none. */
  readonly hashAlgorithms: ReadonlySet<HashAlgorithm>;
  readonly checkRevocation: boolean;
  readonly dnsLookup: boolean;
  /** Folder at the root of each volume, without separators; undefined when not set. */
  readonly archiveDirectory: string | undefined;
  readonly captureClipboard: boolean;
  /** Greatest size of a field's text by field name, in UTF-8 bytes. */
  readonly fieldSizes: ReadonlyMap<string, number>;
  readonly driverName: string | undefined;
  readonly pipeMonitoringConfig: string | undefined;
  readonly processAccessConfig: readonly ProcessAccessEntry[];
  readonly driverQueueSize: number | undefined;
  readonly signingQueueSize: number | undefined;
  /** Every entry as written, in document order, those without effect included. */
  readonly entries: readonly ConfigEntry[];
}

/** One item of ProcessAccessConfig: an image and the access rights to look for. */
export interface ProcessAccessEntry {
  readonly image: string;
  readonly mask: number;
}

/** How items combine. */
export type Combination = "and" | "or";

/** A name with its place. */
export interface PlacedName {
  readonly text: string;
  readonly offset: number;
}

/** One event element, such as `<ProcessCreate onmatch="include">`. */
export interface EventElement {
  readonly tag: string;
  /** The first event of the tag's series that has all fields used (config-semantics E4). */
  readonly eventId: number;
  /** What a match does; Sysmon's older `default="exclude"` reads as `include`. */
  readonly onmatch: "include" | "exclude";
  readonly combination: Combination;
  /** False where no RuleGroup says how it combines, so that the schema version does (E9). */
  readonly inGroup?: boolean;
  readonly groupName: PlacedName | undefined;
  readonly items: readonly (Condition | RuleNode)[];
  readonly offset: number;
}

/** A `<Rule>`: conditions that count as one item. */
export interface RuleNode {
  readonly kind: "rule";
  readonly combination: Combination;
  /** Whether the file names the combination; without one it is `or` (E10). */
  readonly relationGiven: boolean;
  readonly name: PlacedName | undefined;
  readonly conditions: readonly Condition[];
  readonly offset: number;
}

/** One field element. */
export interface Condition {
  readonly kind: "condition";
  readonly field: string;
  /** Position of the field in the event that the element is bound to. */
  readonly fieldIndex: number;
  readonly operator: Operator;
  /** In original case. */
  readonly value: string;
  /** Its own name, else its Rule's, else its group's (E7); may be empty. */
  readonly name: string | undefined;
  readonly offset: number;
  readonly valueOffset: number;
  /** Of the operator as written; absent where the file does not name it. */
  readonly operatorOffset?: number;
  /** Of its own name; absent where it has none. */
  readonly nameOffset?: number;
}
