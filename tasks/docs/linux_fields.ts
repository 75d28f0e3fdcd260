/** What each field of an event holds on Linux, in a few words; the tables of docs/events-linux.md. */
import { ERROR_IDS } from "../../src/sensor/own_events.ts";

/** Of fields that mean the same wherever they are. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  RuleName: "name of the rule that wanted the event, or `-`",
  UtcTime: "when the kernel saw it, in UTC, with milliseconds",
  ProcessGuid: "GUID of the process, new with every fork and exec",
  ProcessId: "its id on the host",
  Image: "path of its program in its own mount namespace; ` (deleted)` behind a nameless one",
  User: "its real user",
  Hashes: "of the file, by HashAlgorithms; `-` where it cannot be read",
  FileVersion: "`-`",
  Description: "`-`",
  Product: "`-`",
  Company: "`-`",
  OriginalFileName: "`-`",
  Signed: "`-`",
  Signature: "`-`",
  SignatureStatus: "`-`",
  TargetFilename: "absolute path of the file",
  SourceProcessGuid: "GUID of the process that reached out",
  SourceProcessGUID: "GUID of the process that reached out",
  SourceProcessId: "its id on the host",
  SourceImage: "path of its program",
  SourceUser: "its real user",
  TargetProcessGuid: "GUID of the process that was reached into",
  TargetProcessGUID: "GUID of the process that was reached into",
  TargetProcessId: "its id on the host",
  TargetImage: "path of its program",
  TargetUser: "its real user",
  PipeName: "path of the FIFO or local socket; `@name` for an abstract socket",
};

/** Of fields that an event has a meaning of its own for, by event id. */
const OF_EVENT: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  1: {
    CommandLine: "arguments with blanks between; `...` behind cut ones",
    CurrentDirectory: "working directory",
    LogonGuid: "made of the machine, the logon's time (utmp), the user and the terminal",
    LogonId: "the user's number",
    TerminalSessionId: "audit session",
    IntegrityLevel: "`no level`",
    ParentProcessGuid: "GUID of who forked the process; zeros where unknown",
    ParentProcessId: "its id",
    ParentImage: "its program",
    ParentCommandLine: "its arguments",
    ParentUser: "its real user",
  },
  2: {
    CreationUtcTime: "the modification time that was set",
    PreviousCreationUtcTime: "the one before, or `-`",
  },
  3: {
    Protocol: "`tcp` or `udp`",
    Initiated: "whether this process began it",
    SourceIsIpv6: "whether the addresses are IPv6",
    SourceIp: "address of who began it",
    SourceHostname: "`-`",
    SourcePort: "its port",
    SourcePortName: "its name in /etc/services, or `-`",
    DestinationIsIpv6: "whether the addresses are IPv6",
    DestinationIp: "address of the other side",
    DestinationHostname: "`-`",
    DestinationPort: "its port",
    DestinationPortName: "its name in /etc/services, or `-`",
  },
  4: {
    State: "`Started` or `Stopped`",
    Version: "monomi's version",
    SchemaVersion: "newest schema version of Sysmon for Linux that it knows",
  },
  6: {
    ImageLoaded: "the module's file, or its name",
    Signed: "whether the kernel accepted a signature, or `-`",
    Signature: "who signed the module's file, or `-`",
    SignatureStatus: "`Valid`, or what the module taints the kernel with",
  },
  7: { ImageLoaded: "the file that was mapped as code" },
  8: {
    NewThreadId: "the thread that was changed",
    StartAddress: "the address written to, or the new instruction pointer",
    StartModule: "what the target has mapped there, or `-`",
    StartFunction: "`-`",
  },
  9: { Device: "path of the device file" },
  10: {
    SourceThreadId: "the thread that called",
    GrantedAccess: "Windows' rights that say the same",
    CallTrace: "`-`",
  },
  11: { CreationUtcTime: "when the name came into being" },
  15: {
    TargetFilename: "the file, a colon, the attribute's name",
    CreationUtcTime: "when the file was made, or `-`",
    Hash: "of the value, or `-`",
    Contents: "the value where it is one line of text, or `-`",
  },
  16: {
    Configuration: "path of the configuration, or `Defaults`",
    ConfigurationFileHash: "its digest, or `-`",
  },
  17: { EventType: "`CreatePipe`" },
  18: { EventType: "`ConnectPipe`" },
  22: {
    QueryName: "the name of the first question",
    QueryStatus: "Windows' number for the outcome",
    QueryResults: "the answers in Sysmon's form",
  },
  23: {
    Hashes: "of the archived copy, or `-`",
    IsExecutable: "whether the copy begins like a program, or `-`",
    Archived: "`true` for a whole copy in the archive, or `-`",
  },
  25: { Type: "what happened" },
  26: { Hashes: "`-`", IsExecutable: "`-`" },
  27: { Hashes: "`-`" },
  28: { Hashes: "`-`", IsExecutable: "whether the file has any execute permission" },
  100: {
    BpfCommand: "the command of the system call",
    BpfProgramType: "the program's type",
    BpfProgramId: "the kernel's number of the program",
    BpfProgramName: "the name that it was given",
  },
  255: {
    ID: `one of ${ERROR_IDS.map((id) => `\`${id}\``).join(", ")}`,
    Description: "what and how many",
  },
};

/** @throws {Error} where nobody wrote what the field holds */
export function meaningOnLinux(event: number, field: string): string {
  const meaning = OF_EVENT[event]?.[field] ?? EVERYWHERE[field];
  if (meaning === undefined) throw new Error(`event ${event}: what does ${field} hold on Linux?`);
  return meaning;
}

/** Meanings of fields that their event does not have. */
export function strayMeanings(hasField: (event: number, field: string) => boolean): string[] {
  return Object.entries(OF_EVENT).flatMap(([event, fields]) =>
    Object.keys(fields)
      .filter((field) => !hasField(Number(event), field))
      .map((field) => `${event} ${field}`)
  );
}
