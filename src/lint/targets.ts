/** What the program that a configuration is meant for makes of it, where that is not what it says. */
import type { Diagnostic } from "../config/diagnostics.ts";
import type { Config } from "../config/model.ts";
import { TargetReport } from "./targets_report.ts";
import { aimAtMonomi } from "./targets_monomi.ts";
import { aimAtSysmon } from "./targets_sysmon.ts";
import { aimAtSysmonForLinux } from "./targets_sysmon_linux.ts";

/** Sysmon for Windows 15, Sysmon for Linux 1.5, monomi. */
export const TARGETS = ["sysmon", "sysmon-linux", "monomi"] as const;

/** A program that reads configurations. */
export type Target = (typeof TARGETS)[number];

const AIM: Readonly<Record<Target, (config: Config, report: TargetReport) => void>> = {
  "sysmon": aimAtSysmon,
  "sysmon-linux": aimAtSysmonForLinux,
  "monomi": aimAtMonomi,
};

/**
 * Errors where the target refuses the configuration or crashes, warnings where it does something else
 * than the configuration says, notes where monomi does better; codes MON150 to MON159.
 */
export function checkTarget(config: Config, target: Target): Diagnostic[] {
  const report = new TargetReport(config);
  AIM[target](config, report);
  return report.finish();
}
