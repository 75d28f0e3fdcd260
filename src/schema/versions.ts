/** Schema versions: their numbers, their names, and which of them exist. */

/**
 * A schema version in hundredths: 4.1 is 410, 3.10 is 310 and 4.81 is 481, because the manifest
 * writes versions as decimal numbers and compares them with two decimals.
 */
export type VersionNumber = number;

/** One published schema version. */
export interface SchemaVersion {
  /** As the manifest spells it: `4.1`, `4.90`. */
  readonly text: string;
  readonly number: VersionNumber;
  /** `null` when Linux and Windows share this version. */
  readonly platform: "linux" | "windows" | null;
  /** Unique name: the text, or `windows-4.90` and `linux-4.90` where the platforms differ. */
  readonly name: string;
  /** `binaryversion` of the manifest. */
  readonly binaryVersion: string;
}

/** `"4.9"` -> 490. The text must be a version as the manifest writes it. */
export function versionNumber(text: string): VersionNumber {
  return Math.round(Number(text) * 100);
}

/** 490 -> `"4.90"`, with two decimals as Sysmon prints versions. */
export function formatVersion(version: VersionNumber): string {
  return (version / 100).toFixed(2);
}

const SHARED: readonly (readonly [text: string, binaryVersion: string])[] = [
  ["2.0", "1.0"],
  ["3.10", "1.01"],
  ["3.2", "1.01"],
  ["3.3", "1.01"],
  ["3.4", "1.01"],
  ["4.0", "1.01"],
  ["4.1", "8.00"],
  ["4.2", "8.00"],
  ["4.21", "9.10"],
  ["4.22", "9.20"],
  ["4.23", "9.20"],
  ["4.30", "9.20"],
  ["4.31", "9.20"],
  ["4.32", "9.20"],
  ["4.40", "11.0"],
  ["4.50", "13.0"],
  ["4.60", "14.0"],
  ["4.70", "15.0"],
  ["4.80", "16"],
  ["4.81", "16"],
];

function version(
  text: string,
  binaryVersion: string,
  platform: SchemaVersion["platform"],
): SchemaVersion {
  const name = platform === null ? text : `${platform}-${text}`;
  return { text, number: versionNumber(text), platform, name, binaryVersion };
}

/**
 * Every schema version whose contents are known, oldest first. Windows 4.83 existed, but no copy of
 * it is public.
 */
export const SCHEMA_VERSIONS: readonly SchemaVersion[] = [
  ...SHARED.map(([text, binaryVersion]) => version(text, binaryVersion, null)),
  version("4.82", "17", "windows"),
  version("4.90", "18", "linux"),
  version("4.90", "18", "windows"),
  version("4.91", "18", "windows"),
];

/** Newest version of each platform; `SchemaVersion` of event 4 and the default of `monomi schema`. */
export const NEWEST_VERSION: Readonly<Record<"linux" | "windows", SchemaVersion>> = {
  linux: SCHEMA_VERSIONS.findLast((v) => v.platform !== "windows")!,
  windows: SCHEMA_VERSIONS.findLast((v) => v.platform !== "linux")!,
};

/** Oldest version a configuration file may name (config-semantics R5). */
export const OLDEST_CONFIGURATION_VERSION: VersionNumber = 400;

/**
 * Versions that `text` names: by unique name, or by number with any spelling of it (`4.9`, `4.90`).
 * Both meanings of 4.90 are found by number. Empty when there is none.
 */
export function findVersions(text: string): readonly SchemaVersion[] {
  const byName = SCHEMA_VERSIONS.filter((v) => v.name === text);
  if (byName.length > 0) return byName;
  if (!/^\d{1,3}(\.\d{1,2})?$/.test(text)) return [];
  const wanted = versionNumber(text);
  return SCHEMA_VERSIONS.filter((v) => v.number === wanted);
}
