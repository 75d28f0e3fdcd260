/**
 * Sysmon for Linux 1.5, schema 4.90: up to 1.5.1 it validates, 1.5.2 skips what it does not know
 * (`--permissive`).
 */
import type { Config, ConfigEntry } from "../config/model.ts";
import type { TargetReport } from "./targets_report.ts";
import { checkEvents, checkRuleNames, checkVersion } from "./targets_shared.ts";

const PROGRAM = "Sysmon for Linux";

/** 7.2: their presence makes the command fail. */
const REFUSED_ENTRIES = ["CheckRevocation", "ArchiveDirectory", "DriverName", "CaptureClipboard"];
const ENTRIES_WITHOUT_EFFECT = ["DnsLookup", "PipeMonitoringConfig", "ProcessAccessConfig"];
const WINDOWS_ENTRIES = ["DriverQueueSize", "SigningQueueSize"];
const OFF = ["false", "0", "NULL", "disabled"];
/** Q13: events whose User is `-` for root. */
const EVENTS_WITHOUT_ROOT: ReadonlySet<number> = new Set([5, 9, 11, 23]);
/** X8: each value is copied to the stack. */
const LARGE_VALUE = 1_000_000;

/** Reports what Sysmon for Linux makes of a configuration. */
export function aimAtSysmonForLinux(config: Config, report: TargetReport): void {
  checkVersion(config, report, "linux", `${PROGRAM} up to 1.5.1`);
  checkEvents(
    config,
    report,
    "linux",
    (tag) => `${PROGRAM} has no event ${tag}: up to 1.5.1 it refuses the file, 1.5.2 skips this`,
  );
  checkEntries(config, report);
  checkRuleEntries(config, report);
  checkRuleNames(config, report, PROGRAM);
  checkValues(config, report);
  checkFields(report);
}

function checkEntries(config: Config, report: TargetReport): void {
  for (const entry of config.options.entries) {
    if (entry !== report.entry(entry.name)) continue;
    const place = report.nameOf(entry);
    if (REFUSED_ENTRIES.includes(entry.name) && isSet(entry)) {
      report.error(
        "MON150",
        place,
        `${PROGRAM} refuses the whole configuration because of <${entry.name}>`,
        "remove it for Linux, where it has no meaning",
      );
    } else if (ENTRIES_WITHOUT_EFFECT.includes(entry.name)) {
      report.warn("MON154", place, `<${entry.name}> has no effect in ${PROGRAM}`);
    } else if (WINDOWS_ENTRIES.includes(entry.name)) {
      report.error(
        "MON153",
        place,
        `${PROGRAM} has no <${entry.name}>: up to 1.5.1 it refuses the file, 1.5.2 skips this and ` +
          "every entry behind it",
      );
    }
  }
  const sizes = report.entry("FieldSizes");
  if (sizes?.text.includes(":")) {
    report.error(
      "MON151",
      report.nameOf(sizes),
      `<FieldSizes> crashes ${PROGRAM}: it reads behind its table of events`,
      "remove it for Linux, and shorten the fields where the events are collected",
    );
  }
  checkHashes(config, report);
}

function isSet(entry: ConfigEntry): boolean {
  return entry.name !== "CaptureClipboard" || !OFF.includes(entry.text);
}

function checkHashes(config: Config, report: TargetReport): void {
  const entry = report.entry("HashAlgorithms");
  if (entry?.text === "") {
    report.error(
      "MON151",
      report.nameOf(entry),
      `an empty <HashAlgorithms> crashes ${PROGRAM} when the first process starts`,
      "name an algorithm, or remove it for SHA256",
    );
  }
  if (entry === undefined || !config.options.hashAlgorithms.has("IMPHASH")) return;
  const isAlone = config.options.hashAlgorithms.size === 1;
  report.warn(
    "MON156",
    entry.offset,
    `${PROGRAM} never computes IMPHASH${isAlone ? ": Hashes is always -" : ""}`,
  );
}

/** Q32. */
function checkRuleEntries(config: Config, report: TargetReport): void {
  for (const name of ["NetworkConnect", "ImageLoad"]) {
    const entry = report.entry(name);
    if (entry === undefined || entry.text === "") continue;
    const matching = config.elements.filter((e) => e.tag === name && e.onmatch === "include");
    if (matching.length < 2) continue;
    report.error(
      "MON151",
      report.nameOf(entry),
      `the entry <${name}> and two ${name} elements crash ${PROGRAM} when it loads the file`,
      `move the list into a ${name} element, as conditions with condition="image"`,
    );
  }
}

function checkValues(config: Config, report: TargetReport): void {
  const { text } = config.source;
  for (const { condition } of report.conditions()) {
    if (condition.value.length >= LARGE_VALUE) {
      report.error(
        "MON151",
        condition.offset,
        `a value of ${condition.value.length} characters crashes ${PROGRAM}: it has no such stack`,
      );
    }
    const end = text.indexOf("</", condition.valueOffset);
    const comment = text.slice(condition.valueOffset, end).indexOf("<!--");
    if (end === -1 || comment < 1) continue;
    const offset = condition.valueOffset + comment;
    report.warn(
      "MON155",
      { offset, end: offset + "<!--".length },
      `${PROGRAM} 1.5.2 reads only the text before a comment`,
      "move the comment out of the value",
    );
  }
}

function checkFields(report: TargetReport): void {
  const all = [...report.conditions()];
  report.warnOnce(
    "MON156",
    all.filter(({ condition }) => condition.field === "ParentCommandLine")
      .map(({ condition }) => condition.offset),
    `${PROGRAM} often has only the first word in ParentCommandLine`,
    "it is complete only for parents that ran before the sensor did; use ParentImage",
  );
  report.warnOnce(
    "MON156",
    all.filter(({ element, condition }) =>
      EVENTS_WITHOUT_ROOT.has(element.eventId) && condition.field === "User" &&
      condition.value.toLowerCase().split(";").includes("root")
    ).map(({ condition }) => condition.offset),
    `${PROGRAM} has - for root as User of this event`,
    "compare with -, which stands for root and for users without a name",
  );
}
