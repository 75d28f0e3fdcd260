import assert from "node:assert/strict";
import { isEvent, readEventLog, readEventText } from "./mod.ts";
import { builtNative } from "../testing.ts";
import { type EvtxEvent, evtxFile } from "./testing.ts";

const SECURITY = "Microsoft-Windows-Security-Auditing";

/** A record as Windows 10 writes it. */
const CREATED: EvtxEvent = {
  record: 1,
  id: 4688,
  provider: SECURITY,
  fields: {
    SubjectUserSid: "S-1-5-18",
    SubjectUserName: "HOST$",
    SubjectDomainName: "WORKGROUP",
    SubjectLogonId: { hex64: 0x3e7n },
    NewProcessId: { hex64: 0x1234n },
    NewProcessName: "C:\\Windows\\System32\\cmd.exe",
    TokenElevationType: "%%1936",
    ProcessId: { hex64: 0x2f4n },
    CommandLine: "cmd /c echo %TEMP%",
    TargetUserSid: "S-1-0-0",
    TargetUserName: "-",
    TargetDomainName: "-",
    TargetLogonId: { hex64: 0n },
    ParentProcessName: "C:\\Windows\\System32\\services.exe",
    MandatoryLabel: "S-1-16-16384",
  },
};
const OTHERS: readonly EvtxEvent[] = [
  {
    record: 2,
    id: 4689,
    provider: SECURITY,
    fields: {
      SubjectUserName: "u",
      SubjectDomainName: "D",
      ProcessId: { hex64: 0x1234n },
      ProcessName: "C:\\Windows\\System32\\cmd.exe",
    },
  },
  {
    record: 3,
    id: 5156,
    provider: SECURITY,
    fields: {
      ProcessID: "4660",
      Application: "\\device\\harddiskvolume2\\windows\\system32\\svchost.exe",
      Direction: "%%14593",
      SourceAddress: "fe80::1",
      SourcePort: "50000",
      DestAddress: "fe80::2",
      DestPort: "445",
      Protocol: "6",
    },
  },
  { record: 4, id: 4624, provider: SECURITY, fields: {} },
];

/** The fields that hold something, behind the event's id. */
async function read(events: readonly EvtxEvent[], windowsLogs: boolean) {
  const native = builtNative();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, evtxFile([events]));
    const log = await readEventLog(path, { native: () => native, windowsLogs });
    const shown = [];
    for await (const item of log) {
      assert.ok(isEvent(item), JSON.stringify(item));
      const { definition, values } = item.event;
      const entries = definition.fields.map(({ name }, i) => [name, values[i]]);
      const told = Object.fromEntries(entries.filter(([, value]) => value !== "-"));
      shown.push({ id: definition.id, ...told });
    }
    return { shown, skipped: log.skipped };
  } finally {
    await Deno.remove(path);
  }
}

const UtcTime = "2026-01-02 03:04:05.678";

Deno.test("audited processes and connections are events 1, 5 and 3 for those who want them", async () => {
  assert.deepEqual(await read([CREATED, ...OTHERS], true), {
    shown: [
      {
        id: 1,
        UtcTime,
        ProcessId: 0x1234,
        Image: "C:\\Windows\\System32\\cmd.exe",
        CommandLine: "cmd /c echo %%TEMP%%",
        User: "WORKGROUP\\HOST$",
        LogonId: "0x3e7",
        IntegrityLevel: "System",
        ParentProcessId: 0x2f4,
        ParentImage: "C:\\Windows\\System32\\services.exe",
        ParentUser: "WORKGROUP\\HOST$",
      },
      { id: 5, UtcTime, ProcessId: 0x1234, Image: "C:\\Windows\\System32\\cmd.exe", User: "D\\u" },
      {
        id: 3,
        UtcTime,
        ProcessId: 4660,
        Image: "\\device\\harddiskvolume2\\windows\\system32\\svchost.exe",
        Protocol: "tcp",
        Initiated: true,
        SourceIsIpv6: true,
        SourceIp: "fe80::1",
        SourcePort: 50000,
        DestinationIsIpv6: true,
        DestinationIp: "fe80::2",
        DestinationPort: 445,
      },
    ],
    skipped: 1,
  });
  assert.deepEqual(await read([CREATED, ...OTHERS], false), { shown: [], skipped: 4 });
});

Deno.test("the account of a process is its own where the record has one; old records lack much", async () => {
  const fields = {
    ...CREATED.fields,
    TargetUserName: "u",
    TargetDomainName: "D",
    TargetLogonId: { hex64: 0x5afen },
  };
  const { shown: [other] } = await read([{ ...CREATED, fields }], true);
  assert.deepEqual([other.User, other.LogonId], ["D\\u", "0x5afe"]);
  assert.equal(other.ParentUser, "WORKGROUP\\HOST$");
  const old = { NewProcessId: { hex64: 8n }, NewProcessName: "x.exe" };
  const { shown } = await read([{ ...CREATED, fields: old }], true);
  assert.deepEqual(shown, [{ id: 1, UtcTime, ProcessId: 8, Image: "x.exe" }]);
});

const WMI = { provider: "Microsoft-Windows-WMI-Activity" };

Deno.test("permanent WMI subscriptions are events 19 and 21", async () => {
  const events: EvtxEvent[] = [
    {
      ...WMI,
      record: 1,
      id: 5859,
      userData: "Operation_EssStarted",
      fields: {
        NamespaceName: "//./root/subscription",
        Query: "select * from X",
        User: "S-1-5-18",
      },
    },
    {
      ...WMI,
      record: 2,
      id: 5861,
      userData: "Operation_ESStoConsumerBinding",
      fields: { ESS: "F", CONSUMER: 'CommandLineEventConsumer="C"', PossibleCause: "x" },
    },
    { ...WMI, record: 3, id: 5857, userData: "Operation_StartedOperational", fields: {} },
  ];
  assert.deepEqual(await read(events, true), {
    shown: [
      {
        id: 19,
        EventType: "WmiFilterEvent",
        UtcTime,
        User: "S-1-5-18",
        EventNamespace: "//./root/subscription",
        Query: "select * from X",
      },
      {
        id: 21,
        EventType: "WmiBindingEvent",
        UtcTime,
        Consumer: 'CommandLineEventConsumer="C"',
        Filter: "F",
      },
    ],
    skipped: 1,
  });
});

Deno.test("the same records as text", async () => {
  const data = '<Data Name="ProcessId">0x10</Data><Data Name="ProcessName">x.exe</Data>';
  const system = `<Provider Name="${SECURITY}"/><EventID>4689</EventID>`;
  const text = `<Event><System>${system}</System><EventData>${data}</EventData></Event>`;
  const log = await readEventText(text, "log", { windowsLogs: true });
  const [item] = await Array.fromAsync(log);
  assert.ok(isEvent(item));
  assert.equal(item.event.definition.id, 5);
  assert.equal(item.event.values[item.event.definition.fieldIndex.get("ProcessId")!], 16);
});
