import assert from "node:assert/strict";
import { isFilled } from "../../../tasks/docs/windows_fields.ts";
import { eventById } from "../../schema/mod.ts";
import type { Event } from "../event.ts";
import { TraceDecoder } from "./trace_decoder.ts";
import type { TraceRecord, TraceValue } from "./trace_record.ts";

const NOON = Date.UTC(2026, 0, 2, 12);

interface Written {
  readonly pid?: number;
  readonly tid?: number;
  readonly time?: number;
}

function record(
  event: string,
  fields: Readonly<Record<string, TraceValue>>,
  by: Written = {},
): TraceRecord {
  return { event, time: NOON, ...by, fields };
}

/** `Name: value` of the fields that have one, behind the event's id. */
function shown(event: Event | undefined): Record<string, unknown> | undefined {
  if (event === undefined) return undefined;
  const entries = event.definition.fields.map(({ name }, i) => [name, event.values[i]]);
  return { id: event.definition.id, ...Object.fromEntries(entries.filter(([, v]) => v !== "-")) };
}

function decode(records: readonly TraceRecord[], everything = false) {
  const decoder = new TraceDecoder(everything);
  return records.map((each) => {
    const event = decoder.decode(each);
    const told = shown(event);
    if (told !== undefined) asDocumented(told);
    return told;
  });
}

/** What is filled is what docs/events-windows.md says; kinds of monomi's own are not on that page. */
function asDocumented({ id, ...fields }: Record<string, unknown>): void {
  if (eventById(Number(id)) === undefined) return;
  const strangers = Object.keys(fields).filter((name) => !isFilled("trace", Number(id), name));
  assert.deepEqual([id, strangers], [id, []]);
}

const PARENT = record("ProcessRunningAtStart", {
  key: "0xffffca8686578080",
  pid: 600,
  parent: 4,
  session: 0,
  sid: "S-1-5-18",
  image: "services.exe",
  commandLine: "C:\\Windows\\system32\\services.exe",
});
const OWN_IMAGE = record("ImageLoadedAtStart", {
  base: "0x7ff700000000",
  size: "0x10000",
  pid: 600,
  path: "\\Device\\HarddiskVolume3\\Windows\\System32\\services.exe",
});
const START = record("ProcessStart", {
  key: "0x1234",
  pid: 4711,
  parent: 600,
  session: 1,
  sid: "S-1-5-21-1-2-3-1000",
  image: "cmd.exe",
  commandLine: '"C:\\Windows\\System32\\cmd.exe" /c echo %TEMP%',
}, { pid: 600 });

const ACTOR = {
  UtcTime: "2026-01-02 12:00:00.000",
  ProcessGuid: "{00000000-B340-6957-3412-000000000000}",
  ProcessId: 4711,
  Image: "C:\\Windows\\System32\\cmd.exe",
  User: "S-1-5-21-1-2-3-1000",
};

Deno.test("a process start has identity, user, parent; a percent sign is doubled", () => {
  const [, , started] = decode([PARENT, OWN_IMAGE, START]);
  assert.deepEqual(started, {
    id: 1,
    ...ACTOR,
    CommandLine: '"C:\\Windows\\System32\\cmd.exe" /c echo %%TEMP%%',
    TerminalSessionId: 1,
    ParentProcessGuid: "{00000000-0000-0000-8080-578686CAFFFF}",
    ParentProcessId: 600,
    ParentImage: "C:\\Windows\\System32\\services.exe",
    ParentCommandLine: "C:\\Windows\\system32\\services.exe",
    ParentUser: "NT AUTHORITY\\SYSTEM",
  });
});

Deno.test("a start that two providers tell of is one event", () => {
  const again = record("ProcessStart", {
    pid: 4711,
    startTime: NOON + 1,
    parent: 600,
    path: "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe",
    mandatoryLabel: "S-1-16-12288",
  });
  const [first, second] = decode([START, again]);
  assert.equal(first?.id, 1);
  assert.equal(second, undefined);
});

Deno.test("a process that ended makes its pid free", () => {
  const end = record("ProcessEnd", { key: "0x1234", pid: 4711 });
  const later = record("ProcessStart", { key: "0x99", pid: 4711, image: "b.exe" }, { time: NOON });
  const [, ended, twice, restarted] = decode([START, end, end, later]);
  assert.deepEqual(ended, { id: 5, ...ACTOR });
  assert.equal(twice, undefined);
  assert.equal(restarted?.Image, "b.exe");
});

Deno.test("images of the kernel are drivers, others belong to their process", () => {
  const path = "\\Device\\HarddiskVolume3\\Windows\\x.sys";
  const [, , , driver, image] = decode([
    PARENT,
    OWN_IMAGE,
    START,
    record("ImageLoad", { base: "0xfffff80000000000", size: "0x1000", pid: 0, path }),
    record("ImageLoad", {
      base: "0x7ff000000000",
      size: "0x1000",
      pid: 4711,
      path: "\\??\\D:\\a.dll",
    }),
  ]);
  assert.deepEqual(driver, {
    id: 6,
    UtcTime: ACTOR.UtcTime,
    ImageLoaded: "C:\\Windows\\x.sys",
  });
  assert.deepEqual(image, { id: 7, ...ACTOR, ImageLoaded: "D:\\a.dll" });
});

Deno.test("a thread in another process is remote, unless it is the first", () => {
  const thread = (pid: number, by: number) =>
    record("ThreadStart", { pid, tid: 9, win32StartAddress: "0x7ff700000010" }, {
      pid: by,
      tid: 1,
    });
  const [, , , first, own, remote] = decode([
    PARENT,
    OWN_IMAGE,
    START,
    thread(4711, 600),
    thread(4711, 4711),
    thread(600, 4711),
  ]);
  assert.equal(first, undefined);
  assert.equal(own, undefined);
  assert.equal(remote?.id, 8);
  assert.equal(remote?.TargetImage, "C:\\Windows\\System32\\services.exe");
  assert.equal(remote?.StartAddress, "0x00007FF700000010");
  assert.equal(remote?.StartModule, "C:\\Windows\\System32\\services.exe");
});

Deno.test("who connects is the source, who is connected to the destination", () => {
  const ends = {
    pid: 4711,
    localAddress: "10.0.0.5",
    localPort: 49152,
    remoteAddress: "93.184.216.34",
    remotePort: 443,
  };
  const [, out, into, datagram, again] = decode([
    START,
    record("TcpConnect", ends),
    record("TcpAccept", ends),
    record("UdpSend", ends),
    record("UdpSend", ends),
  ]);
  assert.deepEqual([out?.SourceIp, out?.DestinationPort, out?.Initiated], ["10.0.0.5", 443, true]);
  assert.deepEqual([into?.SourcePort, into?.DestinationIp, into?.Initiated], [
    443,
    "10.0.0.5",
    false,
  ]);
  assert.equal(datagram?.Protocol, "udp");
  assert.equal(again, undefined);
});

Deno.test("a file is created when its open ends so, and deleted under its name", () => {
  const path = "\\Device\\HarddiskVolume3\\Temp\\a.txt";
  const open = (request: string) =>
    record("FileOpen", { request, object: "0x7", path }, { pid: 4711 });
  const end = (request: string, information: string, status: string) =>
    record("FileOperationEnd", { request, information, status });
  const [, , , , created, , opened, , failed, deleted] = decode([
    PARENT,
    OWN_IMAGE,
    START,
    open("0x1"),
    end("0x1", "0x2", "0x0"),
    open("0x2"),
    end("0x2", "0x1", "0x0"),
    open("0x3"),
    end("0x3", "0x2", "0xc0000022"),
    record("FileSetDelete", { object: "0x7" }, { pid: 4711 }),
  ]);
  assert.deepEqual(created, {
    id: 11,
    ...ACTOR,
    TargetFilename: "C:\\Temp\\a.txt",
    CreationUtcTime: ACTOR.UtcTime,
  });
  assert.deepEqual([opened, failed], [undefined, undefined]);
  assert.deepEqual(deleted, { id: 23, ...ACTOR, TargetFilename: "C:\\Temp\\a.txt" });
});

Deno.test("registry: abbreviated roots, names from the key, only what succeeded", () => {
  const by = { pid: 4711 };
  const path = "\\REGISTRY\\MACHINE\\SOFTWARE\\X";
  const set = (status: string) =>
    record("RegistrySetValue", {
      key: "0x5",
      status,
      type: 4,
      path: "",
      value: "V",
      data: "01000000",
    }, by);
  const [, , made, done, refused, removed] = decode([
    START,
    record("RegistryKeyNameAtStart", { key: "0x5", path }),
    record("RegistryCreateKey", { status: "0x0", disposition: 1, basePath: path, path: "New" }, by),
    set("0x0"),
    set("0xc0000022"),
    record("RegistryDeleteValue", { key: "0x5", status: "0x0", path: "", value: "V" }, by),
  ]);
  assert.deepEqual(made, {
    id: 12,
    ...ACTOR,
    EventType: "CreateKey",
    TargetObject: "HKLM\\SOFTWARE\\X\\New",
  });
  assert.deepEqual(done, {
    id: 13,
    ...ACTOR,
    EventType: "SetValue",
    TargetObject: "HKLM\\SOFTWARE\\X\\V",
    Details: "DWORD (0x00000001)",
  });
  assert.equal(refused, undefined);
  assert.equal(removed?.EventType, "DeleteValue");
});

Deno.test("DNS answers and opened processes", () => {
  const [, , answer, opened, own] = decode([
    PARENT,
    START,
    record("DnsAnswer", { name: "example.org", status: 0, results: "::ffff:1.2.3.4;" }, {
      pid: 4711,
    }),
    record("OpenProcess", { target: 600, access: "0x1fffff", status: "0x0" }, {
      pid: 4711,
      tid: 7,
    }),
    record("OpenProcess", { target: 4711, access: "0x1000", status: "0x0" }, { pid: 4711, tid: 7 }),
  ]);
  assert.equal(answer?.id, 22);
  assert.equal(answer?.QueryStatus, "0");
  assert.equal(opened?.id, 10);
  assert.equal(opened?.GrantedAccess, "0x1fffff");
  assert.equal(opened?.SourceProcessGUID, ACTOR.ProcessGuid);
  assert.equal(own, undefined);
});

Deno.test("the computer is the trace's own, once it says so", () => {
  const decoder = new TraceDecoder(false);
  decoder.decode(record("SystemComputer", { computer: "HOST-7" }));
  assert.deepEqual(decoder.decode(START)?.origin, { computer: "HOST-7", system: "windows" });
});

Deno.test("what Sysmon has no event for has one of its own, if everything is wanted", () => {
  assert.deepEqual(decode([PARENT]), [undefined]);
  const [running] = decode([PARENT], true);
  const { id, ...fields } = running!;
  assert.ok(Number(id) >= 256);
  assert.deepEqual(fields, {
    UtcTime: ACTOR.UtcTime,
    ProcessGuid: "{00000000-0000-0000-8080-578686CAFFFF}",
    ProcessId: 600,
    Image: "C:\\Windows\\system32\\services.exe",
    Key: "0xffffca8686578080",
    ParentProcessId: 4,
    TerminalSessionId: 0,
    UserSid: "S-1-5-18",
    ImageName: "services.exe",
    CommandLine: "C:\\Windows\\system32\\services.exe",
    ParentProcessGuid: "{00000000-0000-0000-0000-000000000000}",
  });
});

Deno.test("records of which damage left little make no failures", () => {
  const events = [
    "ProcessStart",
    "ProcessEnd",
    "ImageLoad",
    "ThreadStart",
    "TcpConnect",
    "UdpReceive",
    "FileCreate",
    "FileOperationEnd",
    "FileDelete",
    "RegistryCreateKey",
    "RegistrySetValue",
    "DnsAnswer",
    "OpenProcess",
    "SystemComputer",
  ];
  for (const everything of [false, true]) {
    const decoder = new TraceDecoder(everything);
    for (const event of events) {
      decoder.prepare({ event, time: null, fields: {} });
      decoder.decode({ event, time: null, fields: {} });
      decoder.decode({ event, time: null, pid: 0, fields: { pid: null, path: null, key: "0xzz" } });
    }
  }
});

Deno.test("a new name of a file is event 11, permanent WMI subscriptions are 19 and 21", () => {
  const events = decode([
    START,
    record("FileRenamePath", { path: "\\??\\C:\\Users\\u\\b.exe", object: "0x1" }, { pid: 4711 }),
    record("WmiFilter", { namespace: "root\\subscription", query: "select * from X", user: "u" }),
    record("WmiBinding", { filter: "F", consumer: 'CommandLineEventConsumer="C"' }),
    record("WmiTemporaryFilter", { namespace: "root\\cimv2", query: "select * from Y" }),
  ]);
  const [, renamed, filter, binding, temporary] = events;
  assert.equal(renamed?.id, 11);
  assert.equal(renamed?.TargetFilename, "C:\\Users\\u\\b.exe");
  assert.deepEqual([filter?.id, filter?.Query, filter?.User], [19, "select * from X", "u"]);
  assert.deepEqual([binding?.id, binding?.Filter], [21, "F"]);
  assert.equal(binding?.Consumer, 'CommandLineEventConsumer="C"');
  assert.equal(temporary, undefined);
});

Deno.test("whole disks, pipes and streams are told apart from files", () => {
  const open = (path: string, options = "0x1000000") =>
    record("FileOpen", { request: "0x1", path, options }, { pid: 600 });
  const create = (path: string) => record("FileCreate", { path }, { pid: 600 });
  const [disk, volume, file, pipe, made, stream, plain] = decode([
    open("\\Device\\Harddisk0\\DR0"),
    open("\\Device\\HarddiskVolume3"),
    open("\\Device\\HarddiskVolume3\\x"),
    open("\\Device\\NamedPipe\\lsass"),
    open("\\Device\\NamedPipe\\lsass", "0x3000040"),
    create("\\Device\\HarddiskVolume3\\x.txt:Zone.Identifier:$DATA"),
    create("\\Device\\HarddiskVolume3\\x.txt::$DATA"),
  ]);
  assert.deepEqual([disk?.id, disk?.Device], [9, "\\Device\\Harddisk0\\DR0"]);
  assert.deepEqual([volume?.id, volume?.Device], [9, "\\Device\\HarddiskVolume3"]);
  assert.equal(file, undefined);
  assert.deepEqual([pipe?.id, pipe?.EventType, pipe?.PipeName], [18, "ConnectPipe", "\\lsass"]);
  assert.deepEqual([made?.id, made?.EventType, made?.PipeName], [17, "CreatePipe", "\\lsass"]);
  assert.deepEqual([stream?.id, plain?.id], [15, 11]);
});
