/** monomi: where it does better with what the configuration says. */
import type { Config } from "../config/model.ts";
import type { TargetReport } from "./targets_report.ts";

const SYSMON_FOR_LINUX_REFUSES = "Sysmon for Linux refuses the whole configuration";

/** What becomes of entries, where that differs. */
const ENTRIES: Readonly<Record<string, readonly [here: string, elsewhere: string]>> = {
  ArchiveDirectory: ["where deleted files are kept if they can be", SYSMON_FOR_LINUX_REFUSES],
  CaptureClipboard: ["read, without effect on Linux", SYSMON_FOR_LINUX_REFUSES],
  CheckRevocation: ["read, without effect on Linux", SYSMON_FOR_LINUX_REFUSES],
  DriverName: ["read, without effect: there is no driver", SYSMON_FOR_LINUX_REFUSES],
  FieldSizes: ["applied to whole characters", "Sysmon for Linux crashes"],
};

/** Notes what monomi makes of a configuration. */
export function aimAtMonomi(_config: Config, report: TargetReport): void {
  for (const [name, [here, elsewhere]] of Object.entries(ENTRIES)) {
    const entry = report.entry(name);
    if (entry === undefined) continue;
    report.note("MON159", report.nameOf(entry), `<${name}> is ${here}`, `${elsewhere}`);
  }
  noteFirst(
    report,
    ({ operator, value }) => operator === "image" && !/[\\/]/.test(value),
    "image compares what follows the last / or \\",
    "Sysmon cuts at \\ only: on Linux its `image` is `is`",
  );
  noteFirst(
    report,
    ({ field }) => field === "ParentCommandLine",
    "ParentCommandLine is complete",
    "Sysmon for Linux often has only its first word",
  );
}

function noteFirst(
  report: TargetReport,
  concerns: (condition: { operator: string; value: string; field: string }) => boolean,
  message: string,
  elsewhere: string,
): void {
  const first = report.conditions().find(({ condition }) => concerns(condition));
  if (first !== undefined) report.note("MON159", first.condition.offset, message, elsewhere);
}
