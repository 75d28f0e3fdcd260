/**
 * Which fields an event has that is made of something else than a log of Sysmon's: the tables of
 * docs/events-windows.md. Every event has UtcTime, and RuleName where rules decided.
 */
import { translatedFields } from "../../src/sources/logs/windows_logs.ts";

const ACTOR = ["ProcessGuid", "ProcessId", "Image", "User"];
const SOURCE = ["SourceProcessId", "SourceImage", "SourceUser"];
const TARGET = ["TargetProcessId", "TargetImage", "TargetUser"];

/** By event id, what `src/events/windows/trace_decoder.ts` fills. */
const FROM_TRACE: Readonly<Record<number, readonly string[]>> = {
  1: [
    ...ACTOR,
    "CommandLine",
    "TerminalSessionId",
    "IntegrityLevel",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
    "ParentUser",
  ],
  3: [
    ...ACTOR,
    "Protocol",
    "Initiated",
    "SourceIsIpv6",
    "SourceIp",
    "SourcePort",
    "DestinationIsIpv6",
    "DestinationIp",
    "DestinationPort",
  ],
  5: ACTOR,
  6: ["ImageLoaded"],
  7: [...ACTOR, "ImageLoaded"],
  8: [
    ...SOURCE,
    ...TARGET,
    "SourceProcessGuid",
    "TargetProcessGuid",
    "NewThreadId",
    "StartAddress",
    "StartModule",
  ],
  9: [...ACTOR, "Device"],
  10: [
    ...SOURCE,
    ...TARGET,
    "SourceProcessGUID",
    "TargetProcessGUID",
    "SourceThreadId",
    "GrantedAccess",
  ],
  11: [...ACTOR, "TargetFilename", "CreationUtcTime"],
  12: [...ACTOR, "EventType", "TargetObject"],
  13: [...ACTOR, "EventType", "TargetObject", "Details"],
  15: [...ACTOR, "TargetFilename", "CreationUtcTime"],
  17: [...ACTOR, "EventType", "PipeName"],
  18: [...ACTOR, "EventType", "PipeName"],
  19: ["EventType", "User", "EventNamespace", "Query"],
  21: ["EventType", "Consumer", "Filter"],
  22: [...ACTOR, "QueryName", "QueryStatus", "QueryResults"],
  23: [...ACTOR, "TargetFilename"],
};

const ALWAYS: ReadonlySet<string> = new Set(["RuleName", "UtcTime"]);
const OWN_LOGS = translatedFields();

/** Ids of the events that a trace or a log of Windows' own gives. */
export const RECORDED_IDS: readonly number[] = [
  ...new Set([...Object.keys(FROM_TRACE).map(Number), ...OWN_LOGS.keys()]),
].sort((a, b) => a - b);

/** Whether a field is filled. */
export function isFilled(source: "trace" | "own log", id: number, name: string): boolean {
  if (ALWAYS.has(name)) return true;
  const names = source === "trace" ? FROM_TRACE[id] : OWN_LOGS.get(id);
  return names?.includes(name) ?? false;
}

/** Whether the source gives the event at all. */
export function gives(source: "trace" | "own log", id: number): boolean {
  return source === "trace" ? id in FROM_TRACE : OWN_LOGS.has(id);
}

/** Names in the tables that the event does not have. */
export function strayNames(hasField: (id: number, name: string) => boolean): string[] {
  return Object.entries(FROM_TRACE).flatMap(([id, names]) =>
    names.filter((name) => !hasField(Number(id), name)).map((name) => `${id} ${name}`)
  );
}
