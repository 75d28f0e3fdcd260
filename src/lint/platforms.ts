/** Events that a system never produces, and fields that never say anything there (section 9, 5.3). */
import type { Operator } from "../schema/options.ts";
import { eventsByTag } from "../schema/events.ts";
import type { Platform } from "./context.ts";

/** Who produces an event on Linux. */
export type LinuxProducer = "both" | "monomi" | "sysmon";

const ON_LINUX: Readonly<Record<string, LinuxProducer>> = {
  ProcessCreate: "both",
  FileCreateTime: "monomi",
  NetworkConnect: "both",
  ProcessTerminate: "both",
  DriverLoad: "monomi",
  ImageLoad: "monomi",
  CreateRemoteThread: "monomi",
  RawAccessRead: "both",
  ProcessAccess: "both",
  FileCreate: "both",
  FileCreateStreamHash: "monomi",
  PipeEvent: "monomi",
  DnsQuery: "monomi",
  FileDelete: "both",
  ProcessTampering: "monomi",
  FileDeleteDetected: "monomi",
  FileBlockExecutable: "monomi",
  FileBlockShredding: "monomi",
  FileExecutableDetected: "monomi",
  eBPFEvent: "both",
};
const LINUX_ONLY: ReadonlySet<string> = new Set(["eBPFEvent"]);

/** Whether anything produces the tag's events on the system. */
export function isProduced(tag: string, platform: Platform): boolean {
  if (platform === "windows") return !LINUX_ONLY.has(tag);
  return ON_LINUX[tag] !== undefined;
}

/** Who produces the tag's events on Linux, or undefined when nobody does. */
export function linuxProducer(tag: string): LinuxProducer | undefined {
  return ON_LINUX[tag];
}

const NO_DATA = "-";
const CONSTANT_ON_LINUX: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ProcessCreate: {
    FileVersion: NO_DATA,
    Description: NO_DATA,
    Product: NO_DATA,
    Company: NO_DATA,
    OriginalFileName: NO_DATA,
    IntegrityLevel: "no level",
  },
  NetworkConnect: { SourceHostname: NO_DATA, DestinationHostname: NO_DATA },
  ProcessAccess: { CallTrace: NO_DATA },
  FileDeleteDetected: { Hashes: NO_DATA, IsExecutable: NO_DATA },
};

/** What a field holds in every event of the tag on the system, where it is always the same. */
export function constantText(
  tag: string,
  field: string,
  platform: Platform,
): string | undefined {
  return platform === "linux" ? CONSTANT_ON_LINUX[tag]?.[field] : undefined;
}

/** Operators that compare the beginning of a field or all of it. */
export function comparesBeginning(operator: Operator): boolean {
  return ["is", "is not", "is any", "begin with", "not begin with"].includes(operator);
}

/** Ids of a tag's events, as `event 12, 13, 14`. */
export function idsOf(tag: string): string {
  return `event ${eventsByTag(tag).map(({ id }) => id).join(", ")}`;
}
