/** Sysmon for Windows 15, schema 4.91: the validating profile. */
import type { Config } from "../config/model.ts";
import { EVENTS } from "../schema/events.ts";
import type { TargetReport } from "./targets_report.ts";
import { checkEvents, checkRuleNames, checkVersion } from "./targets_shared.ts";

const PROGRAM = "Sysmon for Windows";

/** Fields that are no text in some event. */
const BINARY_FIELDS: ReadonlySet<string> = new Set(
  EVENTS.flatMap((event) => event.fields).filter((field) => field.type !== "string")
    .map((field) => field.name),
);

/** Reports what Sysmon for Windows makes of a configuration. */
export function aimAtSysmon(config: Config, report: TargetReport): void {
  checkVersion(config, report, "windows", PROGRAM);
  checkEvents(
    config,
    report,
    "windows",
    (tag) => `${PROGRAM} has no event ${tag}: it refuses the file`,
  );
  checkRuleNames(config, report, PROGRAM);
  checkPipeMonitoring(report);
  checkSizes(report);
}

function checkPipeMonitoring(report: TargetReport): void {
  const entry = report.entry("PipeMonitoringConfig");
  if (entry === undefined) return;
  report.warn("MON154", report.nameOf(entry), `${PROGRAM} reads <${entry.name}> and does nothing`);
}

/** Q19: every field is shortened as if it were text. */
function checkSizes(report: TargetReport): void {
  const entry = report.entry("FieldSizes");
  if (entry === undefined) return;
  for (const { 1: field, index } of entry.text.matchAll(/(?<=^|,)([A-Za-z0-9]+):/g)) {
    if (!BINARY_FIELDS.has(field)) continue;
    const offset = entry.offset + index;
    report.warn(
      "MON158",
      { offset, end: offset + field.length },
      `${field} is no text: ${PROGRAM} shortens its bytes`,
      "leave the field out; it is never long",
    );
  }
}
