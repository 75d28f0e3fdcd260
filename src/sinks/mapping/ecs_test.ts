import assert from "node:assert/strict";
import { isIP } from "node:net";
import { EcsFlat, EcsVersion } from "@elastic/ecs";
import { EVENTS } from "../../schema/mod.ts";
import { ODD_TEXT, SAMPLE_TIME } from "../sample_events.ts";
import { ecsRenderer } from "./ecs.ts";
import { ECS_VERSION } from "./ecs_table.ts";
import { fullEvent, holds, leavesOf } from "./testing.ts";

interface EcsField {
  readonly type: string;
  readonly normalize?: readonly string[];
  readonly allowed_values?: readonly { name: string; expected_event_types?: readonly string[] }[];
}

const PUBLISHED = EcsFlat as unknown as Readonly<Record<string, EcsField>>;
const OUR_OWN = /^(?:winlog|monomi)\./;
const render = ecsRenderer({ computer: "build-7" });
const rendered = (...of: Parameters<typeof fullEvent>) => JSON.parse(render(fullEvent(...of)));

const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === "string",
  wildcard: (value) => typeof value === "string",
  match_only_text: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  long: (value) => Number.isSafeInteger(value),
  ip: (value) => isIP(value as string) !== 0,
  date: (value) => !Number.isNaN(Date.parse(value as string)),
};

Deno.test("the published field list is that of the version that events name", () => {
  assert.equal(EcsVersion, ECS_VERSION);
  assert.equal(rendered(1).ecs.version, EcsVersion);
});

Deno.test("every name is one of the published list and its value of the published type", () => {
  for (const { id } of EVENTS) {
    for (const [path, value] of leavesOf(rendered(id))) {
      if (OUR_OWN.test(path)) continue;
      const field = PUBLISHED[path];
      assert.ok(field, `event ${id}: ${path} is not in ECS`);
      assert.equal(
        Array.isArray(value),
        field.normalize?.includes("array") ?? false,
        `event ${id}: ${path} is an array if the schema says so`,
      );
      for (const one of [value].flat()) {
        assert.ok(IS_OF_TYPE[field.type](one), `event ${id}: ${path} is ${field.type}, not ${one}`);
        if (field.allowed_values?.length) {
          assert.ok(field.allowed_values.some(({ name }) => name === one), `${id}: ${path} ${one}`);
        }
      }
    }
  }
});

Deno.test("every event has categories, and types that the schema expects in one of them", () => {
  const categories = PUBLISHED["event.category"].allowed_values!;
  for (const { id } of EVENTS) {
    const { category, type } = rendered(id).event;
    assert.ok(category.length > 0 && type.length > 0, `event ${id}`);
    const expected = categories.filter(({ name }) => category.includes(name))
      .flatMap((one) => one.expected_event_types ?? []);
    for (const one of type) assert.ok(expected.includes(one), `event ${id}: ${category} ${one}`);
  }
});

Deno.test("whatever a field holds, it is in the event as it was", () => {
  for (const { id, fields } of EVENTS) {
    for (const { name } of fields) {
      const odd = `${name} ${ODD_TEXT}`;
      assert.ok(holds(rendered(id, { [name]: odd }), odd.toWellFormed()), `event ${id}: ${name}`);
    }
  }
});

Deno.test("a value that is not of the type goes where every text may be", () => {
  const { source, winlog } = rendered(3, { SourceIp: "fe80::1%eth0", SourcePort: 65_536 });
  assert.equal(source.ip, undefined);
  assert.equal(source.port, undefined);
  assert.equal(winlog.event_data.SourceIp, "fe80::1%eth0");
  assert.equal(winlog.event_data.SourcePort, "65536");
});

Deno.test("a time that no calendar has is not taken for one", () => {
  for (const time of ["2023-02-30 00:00:00.000", "2023-01-01 25:00:00.000", "now"]) {
    const event = rendered(11, { UtcTime: time, CreationUtcTime: time });
    assert.equal(event["@timestamp"], new Date(SAMPLE_TIME).toISOString());
    assert.equal(event.file.created, undefined);
    assert.equal(event.winlog.event_data.UtcTime, time);
    assert.equal(event.winlog.event_data.CreationUtcTime, time);
  }
});

Deno.test("fields without data are absent", () => {
  const event = rendered(22, { QueryStatus: "-", QueryResults: "-", User: "-" });
  assert.deepEqual(event.dns, { question: { name: "a value of QueryName" } });
  assert.equal(event.user, undefined);
  assert.equal(event.winlog.event_data, undefined);
});

Deno.test("paths, hashes, rules and results are taken apart", () => {
  const created = rendered(11);
  assert.deepEqual(created.file, {
    path: "/tmp/work/archive.tar.gz",
    name: "archive.tar.gz",
    directory: "/tmp/work",
    extension: "gz",
    created: "2024-11-22T14:00:00.456Z",
  });
  assert.deepEqual(created.threat.technique.id, ["T1059.004"]);
  const digest = "0123456789abcdef".repeat(4);
  const { process } = rendered(1);
  assert.deepEqual(process.hash, { md5: digest.slice(32), sha256: digest });
  assert.equal(process.pe.imphash, digest.slice(32));
  assert.equal(process.vpid, 7);
  assert.deepEqual(rendered(22).dns.resolved_ip, ["192.0.2.1", "2001:db8::1"]);
});

Deno.test("a FIFO is a file with a path; abstract sockets and Windows' pipes have only names", () => {
  const fileOf = (PipeName: string, system: "linux" | "windows") => {
    const event = { ...fullEvent(17, { PipeName }), origin: { computer: "c", system } };
    return JSON.parse(render(event)).file;
  };
  assert.deepEqual(fileOf("/run/x.sock", "linux"), { path: "/run/x.sock", name: "x.sock" });
  assert.deepEqual(fileOf("@/tmp/x", "linux"), { name: "@/tmp/x" });
  assert.deepEqual(fileOf("\\lsass", "windows"), { name: "\\lsass" });
});

Deno.test("an event of a Windows host speaks for it, in Windows' ways", () => {
  const event = fullEvent(13, {
    User: "NT AUTHORITY\\SYSTEM",
    Image: "C:\\Windows\\regedit.exe",
    Details: "DWORD (0x1)",
  });
  event.origin = { computer: "PC-1", system: "windows" };
  const { user, process, registry, host } = JSON.parse(render(event));
  assert.deepEqual(user, { name: "SYSTEM", domain: "NT AUTHORITY" });
  assert.equal(process.name, "regedit.exe");
  assert.deepEqual(host, { name: "PC-1", hostname: "PC-1", os: { type: "windows" } });
  assert.deepEqual(registry, {
    path: "HKLM\\System\\CurrentControlSet\\Services\\x\\Start",
    hive: "HKLM",
    key: "System\\CurrentControlSet\\Services\\x\\Start",
    value: "Start",
    data: { strings: ["DWORD (0x1)"] },
  });
});

Deno.test("what happened decides on the type where one event stands for several", () => {
  const typeOf = (EventType: string) => rendered(12, { EventType }).event.type;
  assert.deepEqual(typeOf("CreateKey"), ["creation"]);
  assert.deepEqual(typeOf("DeleteKey"), ["deletion"]);
  assert.deepEqual(typeOf("constructor"), ["change"]);
});

Deno.test("a line has no character that a terminal obeys", () => {
  const line = render(fullEvent(1, { CommandLine: ODD_TEXT, Hashes: ODD_TEXT, Image: ODD_TEXT }));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f\u200b\u2028\u2029\u202e\ufeff\u{e0041}]/u);
});
