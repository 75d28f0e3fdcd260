/**
 * Events for the tests and benchmarks of this folder.
 */
import type { Event, FieldValue } from "../events/event.ts";
import { eventById } from "../schema/mod.ts";

/** 2024-11-22 15:00:00.123 UTC. */
export const SAMPLE_TIME = Date.UTC(2024, 10, 22, 15, 0, 0, 123);

const COMMON: Readonly<Record<string, FieldValue>> = {
  UtcTime: "2024-11-22 15:00:00.123",
  ProcessGuid: "{2424faa4-9c70-6740-e1b4-2270fe550000}",
  ProcessId: 4711,
  Image: "/usr/bin/python3.11",
  User: "alice",
};

const BY_ID: Readonly<Record<number, Readonly<Record<string, FieldValue>>>> = {
  1: {
    CommandLine: "/usr/bin/python3.11 -m http.server 8000",
    CurrentDirectory: "/home/alice",
    LogonGuid: "{2424faa4-0000-0000-e803-000000000000}",
    LogonId: "1000",
    TerminalSessionId: 3,
    IntegrityLevel: "no level",
    Hashes: "SHA256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ParentProcessGuid: "{2424faa4-9c60-6740-0b4e-1270fe550000}",
    ParentProcessId: 4242,
    ParentImage: "/usr/bin/bash",
    ParentCommandLine: "-bash",
    ParentUser: "alice",
  },
  3: {
    Protocol: "tcp",
    Initiated: true,
    SourceIsIpv6: false,
    SourceIp: "10.0.0.5",
    SourcePort: 51234,
    DestinationIsIpv6: false,
    DestinationIp: "192.0.2.10",
    DestinationPort: 443,
  },
  11: {
    TargetFilename: "/tmp/work/some/dir/file-1.txt",
    CreationUtcTime: "2024-11-22 15:00:00.123",
  },
  23: { TargetFilename: "/tmp/work/some/dir/file-1.txt" },
  100: {
    BpfCommand: "BPF_PROG_LOAD",
    BpfProgramType: "BPF_PROG_TYPE_TRACEPOINT",
    BpfProgramId: "71",
    BpfProgramName: "probe",
  },
};

/** A plausible event of one kind; fields without a value are `-`. */
export function sampleEvent(id: number, values: Readonly<Record<string, FieldValue>> = {}): Event {
  const definition = eventById(id)!;
  const known = { ...COMMON, ...BY_ID[id], ...values };
  return {
    definition,
    values: definition.fields.map(({ name }) => known[name] ?? "-"),
    time: SAMPLE_TIME,
    recordId: 17,
  };
}

/** Text with every kind of character that some output must not carry as it is. */
export const ODD_TEXT = "a\"b\\c'd<e>&f]]>g\nh\r\ti\0j\x1b[31mk\x7fl\x9bm\u202en\u2028o\u2029p" +
  "\u200bq\u{e0041}r\ud800s\udc00t\ufffeu\uffffv\ufeffw\xe9x\u4e2dy\u{1f600}z";
