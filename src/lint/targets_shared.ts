/** Checks that more than one target needs. */
import type { Config } from "../config/model.ts";
import { eventsOf } from "../schema/history.ts";
import { formatVersion, NEWEST_VERSION, SCHEMA_VERSIONS } from "../schema/versions.ts";
import type { TargetReport } from "./targets_report.ts";

/** From here on the schemas of the platforms differ. */
const LAST_SHARED = Math.max(
  ...SCHEMA_VERSIONS.filter((v) => v.platform === null).map((v) => v.number),
);

/** N1 and R6: a version that the platform does not have is validated as an older one. */
export function checkVersion(
  config: Config,
  report: TargetReport,
  platform: "linux" | "windows",
  program: string,
): void {
  const given = config.schemaVersion;
  if (given <= LAST_SHARED) return;
  const own = NEWEST_VERSION[platform].number;
  const known = SCHEMA_VERSIONS
    .filter((v) => v.platform === null || v.platform === platform)
    .map((v) => v.number);
  if (known.includes(given)) return;
  const validatedAs = Math.max(...known.filter((v) => v < own && v <= given));
  report.warn(
    "MON152",
    report.versionPlace(),
    `${program} has no schema ${formatVersion(given)} and validates the file as ` +
      formatVersion(validatedAs),
    `its newest is ${formatVersion(own)}`,
  );
}

/** Events that only the other platform's schema has. */
export function checkEvents(
  config: Config,
  report: TargetReport,
  platform: "linux" | "windows",
  message: (tag: string) => string,
): void {
  const known = new Set(eventsOf(NEWEST_VERSION[platform]).map((event) => event.tag));
  for (const element of config.elements) {
    if (!known.has(element.tag)) report.error("MON153", element.offset, message(element.tag));
  }
}

/** Q2: the last condition that matched names the event, wherever it stands. */
export function checkRuleNames(config: Config, report: TargetReport, program: string): void {
  const leaking = config.elements
    .filter((element) => element.onmatch === "exclude")
    .flatMap((element) =>
      [
        ...(element.combination === "and" ? [element.items] : []),
        ...element.items.map((item) =>
          item.kind === "rule" && item.combination === "and" ? item.conditions : []
        ),
      ].filter((items) => items.length > 1)
    )
    .flatMap((items) => items.filter((item) => item.kind === "condition" && item.name));
  if (leaking.length === 0) return;
  report.note(
    "MON157",
    leaking[0].offset,
    `${program} gives this name to an event that it logs when only a part of this rule matches`,
    "there the last condition that matched names the event, even in an exclude that did not",
  );
}
