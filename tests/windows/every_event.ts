/** A script with an event of every kind that is captured on Windows, and what is to come of it. */
import {
  bytes,
  closed,
  event,
  filetime,
  imageLoad,
  kernelProcess,
  NOON,
  opened,
  port,
  PROCESS_TYPE,
  PROVIDER,
  sid,
  u16,
  u32,
  u64,
  wide,
} from "./etw_script.ts";

const DISK = "\\Device\\HarddiskVolume77";
const SHELL = 40_004;
const SERVICES = 40_000;
const by = { pid: SHELL, version: 1 };
const SYSTEM = "S-1-5-18";

const RUNNING = kernelProcess(PROCESS_TYPE.running, {
  pid: SERVICES,
  parent: 4,
  sid: SYSTEM,
  image: "services.exe",
  commandLine: "C:\\Windows\\system32\\services.exe",
}, { pid: 4 });

const SHELL_PROCESS = {
  pid: SHELL,
  parent: SERVICES,
  sid: SYSTEM,
  image: "cmd.exe",
  commandLine: "cmd.exe /c echo %TEMP%",
};

const PROVIDER_START = event(
  PROVIDER.process,
  1,
  { pid: SERVICES, version: 3 },
  u32(SHELL),
  u64(77),
  u64(filetime(NOON)),
  u32(SERVICES),
  u64(7),
  ...[1, 0, 1, 1].map(u32),
  sid("S-1-16-16384"),
  wide(`${DISK}\\Windows\\System32\\cmd.exe`),
  u32(0),
  u32(0),
  wide(""),
  wide(""),
);

const key = (id: number, status: number, disposition: number, path: string): string =>
  event(
    PROVIDER.registry,
    id,
    by,
    u64(0),
    u64(0x55),
    u32(status),
    u32(disposition),
    wide(""),
    wide(path),
  );

/** All of them, in the order in which they happen. */
export const EVERY_EVENT: readonly string[] = [
  RUNNING,
  kernelProcess(PROCESS_TYPE.start, SHELL_PROCESS, { pid: SERVICES }),
  PROVIDER_START,
  event(
    PROVIDER.network,
    12,
    by,
    u32(SHELL),
    u32(0),
    bytes(192, 0, 2, 1),
    bytes(10, 0, 0, 2),
    port(443),
    port(50_000),
  ),
  event(
    PROVIDER.network,
    58,
    by,
    u32(SHELL),
    u32(9),
    bytes(...v6(2)),
    bytes(...v6(1)),
    port(53),
    port(50_001),
  ),
  imageLoad(0, 0xfffff80000000000n, `${DISK}\\Windows\\System32\\drivers\\x.sys`, by),
  imageLoad(SERVICES, 0x7ff700000000n, `${DISK}\\Windows\\System32\\ntdll.dll`, by),
  // The first thread of a process that runs already is not its first.
  event(
    PROVIDER.process,
    3,
    by,
    u32(SERVICES),
    u32(12),
    ...[0, 0, 0, 0, 0x10].map(u64),
    u64(0x7ff700001000n),
    u64(0),
    u32(0),
  ),
  opened(12, 2, "\\Device\\Harddisk0\\DR0", by),
  // A file like any other: opening it is no event.
  opened(12, 2, `${DISK}\\Users\\ann\\old.txt`, by),
  event(PROVIDER.audit, 5, by, u32(SERVICES), u32(0x1410), u32(0)),
  opened(30, 2, `${DISK}\\Users\\ann\\new.txt`, by),
  opened(30, 3, `${DISK}\\Users\\ann\\new.txt:Zone.Identifier`, by),
  opened(12, 4, "\\Device\\NamedPipe\\made", by, 3 << 24),
  opened(12, 5, "\\Device\\NamedPipe\\lsass", by, 1 << 24),
  closed(3, by),
  // What was not new.
  closed(5, by),
  key(1, 0, 1, "\\REGISTRY\\MACHINE\\Software\\New"),
  // Opened, not made; and refused: neither is an event, but the first names the key.
  key(1, 0, 2, "\\REGISTRY\\MACHINE\\Software\\Run"),
  key(1, 0xc0000022, 1, "\\REGISTRY\\MACHINE\\Software\\Refused"),
  event(
    PROVIDER.registry,
    5,
    by,
    u64(0x55),
    u32(0),
    u32(4),
    u32(4),
    wide("\\REGISTRY\\MACHINE\\Software\\Run"),
    wide("Evil"),
    u16(4),
    bytes(1, 2, 0, 0),
  ),
  event(
    PROVIDER.registry,
    6,
    by,
    u64(0x55),
    u32(0),
    wide("\\REGISTRY\\MACHINE\\Software\\Run"),
    wide("Evil"),
  ),
  event(
    PROVIDER.wmi,
    5861,
    by,
    wide("//./root/subscription"),
    wide("F"),
    wide('CommandLineEventConsumer="C"'),
    wide(""),
  ),
  event(
    PROVIDER.dns,
    3008,
    by,
    wide("example.org"),
    u32(1),
    u64(0),
    u32(0),
    wide("::ffff:192.0.2.1;"),
  ),
  event(
    PROVIDER.file,
    26,
    by,
    u64(1),
    u64(2),
    u64(3),
    u64(0),
    u32(8),
    u32(0),
    wide(`${DISK}\\Users\\ann\\new.txt`),
  ),
  // Asked for by nobody: neither provider nor number is enabled, so the fake must not deliver it.
  event(PROVIDER.file, 15, by, u64(1)),
  kernelProcess(PROCESS_TYPE.end, SHELL_PROCESS, { pid: SHELL, after: 1000 }),
];

function v6(last: number): number[] {
  return [...Array(15).fill(0), last];
}

const actor = {
  ProcessId: SHELL,
  Image: `${DISK}\\Windows\\System32\\cmd.exe`,
  User: "NT AUTHORITY\\SYSTEM",
};
const services = "C:\\Windows\\system32\\services.exe";

/** Event ids with fields that they must have, in order. */
export const EXPECTED: readonly (readonly [number, Readonly<Record<string, unknown>>])[] = [
  [1, {
    ...actor,
    CommandLine: "cmd.exe /c echo %%TEMP%%",
    IntegrityLevel: "System",
    TerminalSessionId: 1,
    ParentProcessId: SERVICES,
    ParentImage: services,
    UtcTime: "2026-01-02 12:00:00.000",
  }],
  [3, {
    ...actor,
    Protocol: "tcp",
    Initiated: true,
    SourceIp: "10.0.0.2",
    SourcePort: 50_000,
    DestinationIp: "192.0.2.1",
    DestinationPort: 443,
  }],
  [3, {
    ...actor,
    Protocol: "udp",
    SourceIsIpv6: true,
    DestinationIp: "0:0:0:0:0:0:0:2",
    DestinationPort: 53,
  }],
  [6, { ImageLoaded: `${DISK}\\Windows\\System32\\drivers\\x.sys` }],
  [7, {
    ProcessId: SERVICES,
    Image: services,
    ImageLoaded: `${DISK}\\Windows\\System32\\ntdll.dll`,
  }],
  [8, {
    SourceProcessId: SHELL,
    TargetProcessId: SERVICES,
    NewThreadId: 12,
    StartAddress: "0x00007FF700001000",
    StartModule: `${DISK}\\Windows\\System32\\ntdll.dll`,
  }],
  [9, { ...actor, Device: "\\Device\\Harddisk0\\DR0" }],
  [10, {
    SourceProcessId: SHELL,
    TargetProcessId: SERVICES,
    TargetImage: services,
    GrantedAccess: "0x1410",
  }],
  [11, { ...actor, TargetFilename: `${DISK}\\Users\\ann\\new.txt` }],
  [17, { ...actor, EventType: "CreatePipe", PipeName: "\\made" }],
  [18, { ...actor, EventType: "ConnectPipe", PipeName: "\\lsass" }],
  [15, { ...actor, TargetFilename: `${DISK}\\Users\\ann\\new.txt:Zone.Identifier` }],
  [12, { ...actor, EventType: "CreateKey", TargetObject: "HKLM\\Software\\New" }],
  [13, {
    ...actor,
    EventType: "SetValue",
    TargetObject: "HKLM\\Software\\Run\\Evil",
    Details: "DWORD (0x00000201)",
  }],
  [12, { ...actor, EventType: "DeleteValue", TargetObject: "HKLM\\Software\\Run\\Evil" }],
  [21, {
    EventType: "WmiBindingEvent",

    Filter: "F",
    Consumer: 'CommandLineEventConsumer="C"',
  }],
  [22, { ...actor, QueryName: "example.org", QueryStatus: "0", QueryResults: "::ffff:192.0.2.1;" }],
  [23, { ...actor, TargetFilename: `${DISK}\\Users\\ann\\new.txt` }],
  [5, { ...actor, UtcTime: "2026-01-02 12:00:01.000" }],
];
