/** Which schema version the result has, and whether it has all that the inputs use. */
import { fieldSince, tagSince } from "../schema/history.ts";
import { formatVersion, type VersionNumber } from "../schema/versions.ts";
import type { Findings } from "./findings.ts";
import type { Contribution } from "./types.ts";

/** Reports events and fields that are newer than `version`. */
export function checkVersion(
  { input, element }: Contribution,
  version: VersionNumber,
  findings: Findings,
): void {
  const tooNew = (what: string, since: VersionNumber, offset: number) =>
    findings.error(
      "MON402",
      { input, offset },
      `${what} needs schemaversion ${formatVersion(since)} or newer, ` +
        `the result has ${formatVersion(version)}`,
    );
  const since = tagSince(element.tag)!;
  if (since > version) return tooNew(element.tag, since, element.offset);
  const conditions = element.items.flatMap((item) =>
    item.kind === "rule" ? item.conditions : [item]
  );
  const places = new Map(conditions.map(({ field, offset }) => [field, offset]));
  for (const [field, offset] of places) {
    const fieldIsSince = fieldSince(element.tag, field)!;
    if (fieldIsSince > version) tooNew(`${element.tag} ${field}`, fieldIsSince, offset);
  }
}
