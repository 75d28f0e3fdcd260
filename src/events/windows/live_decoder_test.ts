import assert from "node:assert/strict";
import type { Event } from "../event.ts";
import { LiveDecoder } from "./live_decoder.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const START_TIME = NOON + 0.25;

const HOST = { host: { computer: "PC", machine: "S-1-5-21-1-2-610052772" } };
const VOLUMES = { volumes: { "\\Device\\HarddiskVolume3": "C:" } };
const ACCOUNT = { account: { sid: "S-1-5-21-1-2-3-1000", name: "PC\\ann" } };
const FACTS = {
  process: {
    pid: 4711,
    startTime: START_TIME,
    image: "C:\\Windows\\System32\\cmd.exe",
    directory: "C:\\Users\\ann\\",
    sid: "S-1-5-21-1-2-3-1000",
    logon: "0x3e7ab",
    logonTime: NOON - 60_000,
    session: 1,
    label: "S-1-16-8192",
  },
};
const KERNEL_HALF = {
  event: "ProcessStart",
  time: NOON,
  pid: 600,
  tid: 8,
  fields: {
    key: "0xffffca8686578080",
    pid: 4711,
    parent: 600,
    session: 1,
    sid: "S-1-5-21-1-2-3-1000",
    image: "cmd.exe",
    commandLine: "cmd.exe /c dir",
  },
};
const PROVIDER_HALF = {
  event: "ProcessStart",
  time: NOON + 0.01,
  pid: 600,
  tid: 8,
  fields: {
    pid: 4711,
    number: "77",
    startTime: START_TIME,
    parent: 600,
    session: 1,
    mandatoryLabel: "S-1-16-12288",
    path: "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe",
  },
};
const QUERY = {
  event: "DnsAnswer",
  time: NOON + 5,
  pid: 4711,
  fields: { name: "example.org", type: 1, status: 0, results: "::1;" },
};

class Bench {
  now = 0;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly decoder = new LiveDecoder(this.#buffer, () => this.now);

  decode(...lines: unknown[]): ReturnType<typeof shown>[] {
    return this.take(...lines).map(shown);
  }

  take(...lines: unknown[]): Event[] {
    const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line));
    const { written } = new TextEncoder().encodeInto(`${text.join("\n")}\n`, this.#buffer);
    const events: Event[] = [];
    this.decoder.decode(written, events);
    return events;
  }

  release(all = false): ReturnType<typeof shown>[] {
    const events: Event[] = [];
    this.decoder.release(events, all);
    return events.map(shown);
  }
}

function shown({ definition, values }: Event): Record<string, unknown> {
  const entries = definition.fields.map(({ name }, i) => [name, values[i]]);
  return { id: definition.id, ...Object.fromEntries(entries.filter(([, v]) => v !== "-")) };
}

Deno.test("two halves and what the host says make one start", () => {
  const bench = new Bench();
  const events = bench.decode(HOST, VOLUMES, ACCOUNT, FACTS, KERNEL_HALF, PROVIDER_HALF);
  assert.deepEqual(events, [{
    id: 1,
    UtcTime: "2026-01-02 12:00:00.000",
    ProcessGuid: "{245CAAA4-B340-6957-8080-578686CAFFFF}",
    ProcessId: 4711,
    Image: "C:\\Windows\\System32\\cmd.exe",
    CommandLine: "cmd.exe /c dir",
    CurrentDirectory: "C:\\Users\\ann\\",
    User: "PC\\ann",
    LogonGuid: "{245CAAA4-B304-6957-ABE7-030000000000}",
    LogonId: "0x3e7ab",
    TerminalSessionId: 1,
    IntegrityLevel: "High",
    ParentProcessGuid: "{00000000-0000-0000-0000-000000000000}",
    ParentProcessId: 600,
  }]);
});

Deno.test("the first half waits for the second, not for others, and not for long", () => {
  const bench = new Bench();
  const other = { ...QUERY, pid: 9 };
  assert.deepEqual(bench.decode(KERNEL_HALF, other).map(({ id }) => id), [22]);
  bench.now = 499;
  assert.deepEqual(bench.release(), []);
  bench.now = 500;
  const [start] = bench.release();
  assert.deepEqual([start.id, start.CommandLine], [1, "cmd.exe /c dir"]);
  assert.deepEqual(bench.decode(PROVIDER_HALF), [], "it was told already");
  bench.now = 501;
  assert.deepEqual(bench.release(true), []);
});

Deno.test("what a process does comes behind its start", () => {
  const bench = new Bench();
  const events = bench.decode(ACCOUNT, KERNEL_HALF, QUERY);
  assert.deepEqual(events.map(({ id }) => id), [1, 22]);
  assert.equal(events[1].ProcessGuid, events[0].ProcessGuid);
  assert.equal(events[1].User, "PC\\ann");
});

Deno.test("facts of another process under the same number are not believed", () => {
  const bench = new Bench();
  const later = { process: { ...FACTS.process, startTime: START_TIME + 5000 } };
  const [start] = bench.decode(later, KERNEL_HALF, PROVIDER_HALF);
  assert.equal(start.CurrentDirectory, undefined);
  assert.equal(start.LogonId, undefined);
});

Deno.test("processes that run already are known, and both their records are of one", () => {
  const bench = new Bench();
  const running = (half: typeof KERNEL_HALF | typeof PROVIDER_HALF) => ({
    ...half,
    event: "ProcessRunningAtStart",
    time: NOON + 60_000,
  });
  const events = bench.decode(FACTS, running(KERNEL_HALF), FACTS, running(PROVIDER_HALF), QUERY);
  assert.deepEqual(events.map(({ id }) => id), [22]);
  assert.equal(events[0].Image, "C:\\Windows\\System32\\cmd.exe");
  assert.equal(events[0].ProcessGuid, "{00000000-B340-6957-8080-578686CAFFFF}");
  assert.equal(bench.decoder.counters.running, 2);
});

Deno.test("only wanted events are given, and damage is counted", () => {
  const bench = new Bench();
  bench.decoder.wanted = (id) => id === 1;
  assert.deepEqual(bench.decode(QUERY, "{", "{}", "1", "null"), []);
  assert.deepEqual(bench.decoder.counters, { records: 1, unknown: 4, running: 0, forgotten: 0 });
});

Deno.test("names that are learned late hold from then on", () => {
  const bench = new Bench();
  const [start, query] = bench.decode(KERNEL_HALF, QUERY);
  assert.deepEqual([start.User, query.User], Array(2).fill("S-1-5-21-1-2-3-1000"));
  assert.equal(bench.decode(ACCOUNT, QUERY)[0].User, "PC\\ann");
});

Deno.test("a deletion comes through where only 26 is wanted", () => {
  const bench = new Bench();
  bench.decoder.wanted = (id) => id === 26;
  const path = "\\Device\\HarddiskVolume3\\x";
  const deletion = { event: "FileDelete", time: NOON, pid: 4711, fields: { path } };
  assert.deepEqual(bench.decode(VOLUMES, deletion, QUERY).map(({ id }) => id), [23]);
});

Deno.test("a new file that is closed may be a program, and a stream has what is in it", () => {
  const volume = "\\Device\\HarddiskVolume3";
  const made = (object: string, path: string) => ({
    event: "FileCreate",
    time: NOON,
    pid: 4711,
    fields: { object, path: volume + path },
  });
  const closed = (object: string) => ({
    event: "FileCleanup",
    time: NOON + 1000,
    pid: 4711,
    fields: { object },
  });
  const bench = new Bench();
  const events = bench.take(
    VOLUMES,
    made("0x1", "\\x.exe"),
    made("0x2", "\\x.txt:Zone.Identifier"),
    closed("0x2"),
    closed("0x1"),
    closed("0x1"),
    { ...made("0x3", ""), fields: { object: "0x3", path: "\\Device\\NamedPipe\\x" } },
    closed("0x3"),
  );
  assert.deepEqual(events.map(({ definition }) => definition.id), [11, 15, 29, 11]);
  const [, stream, program] = events;
  assert.equal(stream.image?.path, "\\\\?\\C:\\x.txt:Zone.Identifier");
  assert.ok(!stream.image?.mustBeProgram);
  assert.equal(program.image?.path, "\\\\?\\C:\\x.exe");
  assert.ok(program.image?.mustBeProgram);
});

Deno.test("what is not wanted changes nothing of the rest", () => {
  const path = (name: string) => `\\Device\\HarddiskVolume3\\${name}`;
  const by = (event: string, fields: Record<string, unknown>) => ({
    ...{ event, time: NOON, pid: 4711, tid: 8 },
    fields,
  });
  const lines = [
    ...[HOST, VOLUMES, ACCOUNT, FACTS, KERNEL_HALF, PROVIDER_HALF, QUERY],
    by("ImageLoad", { pid: 4711, path: path("x.dll"), base: "0x1000", size: "0x1000" }),
    by("ImageLoad", { pid: 0, path: path("x.sys"), base: "0x9000", size: "0x1000" }),
    by("ThreadStart", { pid: 4711, tid: 1, win32StartAddress: "0x1800" }),
    { ...by("ThreadStart", { pid: 4711, tid: 2, win32StartAddress: "0x1800" }), pid: 600 },
    by("OpenProcess", { target: 600, status: 0, access: "0x1410" }),
    by("UdpSend", { pid: 4711, localAddress: "::1", remoteAddress: "::2", remotePort: 53 }),
    by("UdpSend", { pid: 4711, localAddress: "::1", remoteAddress: "::2", remotePort: 53 }),
    by("FileCreate", { object: "0x1", path: path("x.exe") }),
    by("FileCreate", { object: "0x2", path: path("x.txt:stream") }),
    by("FileOpen", { request: "0x5", path: path("y"), object: "0x3" }),
    by("FileOperationEnd", { request: "0x5", status: 0, information: 2 }),
    by("FileCleanup", { object: "0x1" }),
    by("FileCleanup", { object: "0x2" }),
    by("FileDelete", { object: "0x3" }),
    by("FileOpen", { request: "0x6", path: "\\Device\\Harddisk0\\DR0" }),
    by("FileOpen", { request: "0x7", path: "\\Device\\NamedPipe\\x", options: 0 }),
    by("FileOpen", { request: "0x8", path: "\\Device\\NamedPipe\\x", options: 2 ** 25 }),
    by("RegistryKeyName", { key: "0x7", path: "\\REGISTRY\\MACHINE\\SOFTWARE\\x" }),
    by("RegistrySetValue", { key: "0x7", value: "v", type: 4, data: "01000000", status: 0 }),
    by("RegistryDeleteValue", { key: "0x7", value: "v", status: 0 }),
    by("WmiFilter", { name: "f" }),
    by("WmiBinding", { filter: "f" }),
    by("ProcessEnd", { pid: 4711, key: "0xffffca8686578080" }),
  ];
  const all = new Bench().take(...lines);
  const ids = [...new Set(all.map(({ definition }) => definition.id))].sort((a, b) => a - b);
  assert.deepEqual(ids, [1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 18, 19, 21, 22, 23, 29]);
  for (const id of ids) {
    const bench = new Bench();
    bench.decoder.wanted = (other) => other === id;
    const expected = all.filter(({ definition }) => definition.id === id);
    assert.deepEqual(bench.take(...lines), expected, `event ${id}`);
  }
});
