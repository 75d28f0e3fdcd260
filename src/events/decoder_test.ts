import assert from "node:assert/strict";
import { eventById } from "../schema/mod.ts";
import { Decoder } from "./decoder.ts";
import type { Event } from "./event.ts";
import { alternative } from "./file_records.ts";
import { NO_GUID } from "./guid.ts";
import {
  DenialLayout,
  ExecLayout,
  FileLayout,
  Flag,
  HeaderLayout,
  How,
  NetworkLayout,
} from "./record_layout.ts";
import { type Actor, Records, TEST_HOST } from "./testing.ts";

const SHELL: Actor = { pid: 10, start: 1_000_000, uid: 1000, parentPid: 1 };
const CHILD: Actor = { pid: 11, start: 2_000_000, uid: 1000, parentPid: 10 };
const EXECUTED: Actor = { ...CHILD, execId: 2 };

/** Records and their decoder. */
function setUp() {
  const records = new Records();
  const decoder = new Decoder(TEST_HOST, records.buffer);
  return {
    records,
    decoder,
    /** Decodes what was written since the last call. */
    events(): Event[] {
      const events: Event[] = [];
      decoder.decode(records.length, events);
      records.clear();
      return events;
    },
  };
}

/** Records with a known shell. */
function setUpShell() {
  const all = setUp();
  all.records.running(SHELL, { path: "/bin/sh", args: ["sh"] });
  assert.deepEqual(all.events(), []);
  return all;
}

function fieldsOf({ definition, values }: Event): Record<string, unknown> {
  assert.equal(values.length, definition.fields.length);
  return Object.fromEntries(definition.fields.map(({ name }, i) => [name, values[i]]));
}

const idsOf = (events: readonly Event[]) => events.map(({ definition }) => definition.id);

Deno.test("fork, exec and exit give a start and an end with everything known", () => {
  const { records, events } = setUpShell();
  records
    .fork(SHELL, CHILD)
    .exec({ ...EXECUTED, time: 1_500_000 }, {
      path: "/bin/true",
      directory: "/home/ada",
      args: ["true", "a b", ""],
    })
    .exit({ ...EXECUTED, time: 2_999_000 });
  const [start, end, ...others] = events();
  assert.deepEqual(others, []);
  const created = fieldsOf(start);
  const { ProcessGuid, ParentProcessGuid, ...rest } = created;
  assert.deepEqual(rest, {
    RuleName: "-",
    UtcTime: "2026-01-02 03:04:05.001",
    ProcessId: 11,
    Image: "/bin/true",
    FileVersion: "-",
    Description: "-",
    Product: "-",
    Company: "-",
    OriginalFileName: "-",
    CommandLine: "true a b",
    CurrentDirectory: "/home/ada",
    User: "ada",
    LogonGuid: "{12345678-0000-0000-e803-000000000000}",
    LogonId: "1000",
    TerminalSessionId: 0,
    IntegrityLevel: "no level",
    Hashes: "-",
    ParentProcessId: 10,
    ParentImage: "/bin/sh",
    ParentCommandLine: "sh",
    ParentUser: "ada",
  });
  assert.match(String(ProcessGuid), /^\{12345678-/);
  assert.notEqual(ProcessGuid, ParentProcessGuid);
  assert.equal(start.image?.path, "/bin/true");
  assert.deepEqual(fieldsOf(end), {
    RuleName: "-",
    UtcTime: "2026-01-02 03:04:05.002",
    ProcessGuid,
    ProcessId: 11,
    Image: "/bin/true",
    User: "ada",
  });
});

Deno.test("the parent's fields are those of the parent that forked, whatever it became", () => {
  const { records, events } = setUpShell();
  records
    .fork(SHELL, CHILD)
    .exec({ ...SHELL, execId: 2 }, { path: "/bin/cat", args: ["cat"] })
    .exit({ ...SHELL, execId: 2 })
    .exec({ ...EXECUTED, parentPid: 1 }, { path: "/bin/true", args: ["true"] });
  const [cat, end, start] = events().map(fieldsOf);
  assert.equal(start.ParentImage, "/bin/sh");
  assert.equal(start.ParentCommandLine, "sh");
  assert.equal(start.ParentProcessId, 10);
  assert.notEqual(start.ParentProcessGuid, cat.ProcessGuid);
  assert.equal(end.ProcessGuid, cat.ProcessGuid);
});

Deno.test("an exec whose fork was lost has its parent by pid, or says that it is unknown", () => {
  const { records, events } = setUpShell();
  records
    .exec(EXECUTED, { path: "/bin/true" })
    .exec({ pid: 12, start: 3_000_000, parentPid: 77 }, { path: "/bin/true" });
  const [known, unknown] = events().map(fieldsOf);
  assert.equal(known.ParentImage, "/bin/sh");
  assert.equal(known.CommandLine, "-");
  assert.deepEqual(
    [unknown.ParentProcessGuid, unknown.ParentProcessId, unknown.ParentImage, unknown.ParentUser],
    [NO_GUID, 77, "-", "-"],
  );
});

Deno.test("repeated execs and a pid that is used again have GUIDs of their own", () => {
  const { records, events } = setUpShell();
  records
    .fork(SHELL, CHILD)
    .exec(EXECUTED, { path: "/bin/a" })
    .exec({ ...CHILD, execId: 3 }, { path: "/bin/b" })
    .exit({ ...CHILD, execId: 3 })
    .fork(SHELL, { ...CHILD, start: 9_000_000 })
    .exec({ ...EXECUTED, start: 9_000_000 }, { path: "/bin/c" });
  const starts = events().filter(({ definition }) => definition.id === 1).map(fieldsOf);
  assert.equal(new Set(starts.map(({ ProcessGuid }) => ProcessGuid)).size, 3);
  assert.deepEqual(starts.map(({ ParentImage }) => ParentImage), Array(3).fill("/bin/sh"));
});

Deno.test("an end that is recorded twice is one event", () => {
  const { records, events } = setUpShell();
  records.exit(SHELL).exit(SHELL);
  assert.deepEqual(idsOf(events()), [5]);
});

Deno.test("a process forked with its forker's parent has that parent and the forker's face", () => {
  const { records, events } = setUpShell();
  const sibling: Actor = { pid: 12, start: 3_000_000 };
  records
    .fork(SHELL, CHILD)
    .exec(EXECUTED, { path: "/bin/true" })
    .fork(EXECUTED, sibling, SHELL)
    .file("FILE_CREATE", sibling, "/tmp/x")
    .exec({ ...sibling, execId: 2 }, { path: "/bin/cat" });
  const [, file, start] = events().map(fieldsOf);
  assert.equal(file.Image, "/bin/true");
  assert.equal(start.ParentImage, "/bin/sh");
});

Deno.test("files that come and go", () => {
  const { records, events } = setUpShell();
  records.file("FILE_CREATE", SHELL, "/tmp/naïve").file("FILE_DELETE", SHELL, "/tmp/b");
  const [created, deleted] = events();
  assert.deepEqual(idsOf([created, deleted]), [11, 23]);
  assert.equal(fieldsOf(created).TargetFilename, "/tmp/naïve");
  assert.equal(fieldsOf(created).Image, "/bin/sh");
  assert.equal(fieldsOf(deleted).TargetFilename, "/tmp/b");
  assert.equal(alternative(created), undefined);
  const detected = alternative(deleted)!;
  assert.equal(detected.definition, eventById(26));
  const { Archived: _, ...expected } = fieldsOf(deleted);
  assert.deepEqual(fieldsOf(detected), expected);
});

Deno.test("source and destination follow who began the connection", () => {
  const { records, events } = setUpShell();
  const fields = { protocol: 6, localPort: 50_000, remotePort: 443, family: 2 };
  records.network(SHELL, { ...fields, initiated: 1 });
  const second = records.length;
  records.network(SHELL, { ...fields, initiated: 0, family: 10, protocol: 17 });
  for (const [at, last] of [[0, 7], [second, 9]]) {
    records.buffer.set([127, 0, 0, 1], at + NetworkLayout.localAddress);
    records.buffer[at + NetworkLayout.remoteAddress] = last;
  }
  const [out, answer] = events().map(fieldsOf);
  assert.deepEqual(
    [out.Protocol, out.Initiated, out.SourceIp, out.SourcePort, out.DestinationIp],
    ["tcp", true, "127.0.0.1", 50_000, "7.0.0.0"],
  );
  assert.deepEqual([out.DestinationPort, out.DestinationPortName], [443, "https"]);
  assert.deepEqual(
    [answer.Protocol, answer.Initiated, answer.SourceIp, answer.SourcePort, answer.DestinationPort],
    ["udp", false, "900:0:0:0:0:0:0:0", 443, 50_000],
  );
  assert.equal(answer.DestinationIp, "7f00:1:0:0:0:0:0:0");
  assert.equal(answer.SourcePortName, "-");
});

Deno.test("text: cut arguments, invalid UTF-8, and what outlives its batch", () => {
  const { records, events } = setUpShell();
  const path = Uint8Array.of(0x2f, 0x62, 0xff, 0x63);
  records
    .exec({ ...EXECUTED, flags: Flag.ARGS_TRUNCATED }, { path: "/bin/true", args: ["true", "a"] })
    .exec({ pid: 12 }, { path, args: ["b"] });
  const [cut, invalid] = events();
  assert.equal(fieldsOf(cut).CommandLine, "true a...");
  assert.equal(fieldsOf(invalid).Image, "/b\ufffdc");
  assert.deepEqual(invalid.image?.path, path);
  records.exit(EXECUTED);
  assert.equal(fieldsOf(events()[0]).Image, "/bin/true");
});

Deno.test("events that nobody wants are not built, their processes are known all the same", () => {
  const { records, decoder, events } = setUpShell();
  decoder.wanted = (id) => id === 5 || id === 26;
  records
    .fork(SHELL, CHILD)
    .exec(EXECUTED, { path: "/bin/true" })
    .file("FILE_CREATE", EXECUTED, "/tmp/a")
    .file("FILE_DELETE", EXECUTED, "/tmp/a")
    .network(EXECUTED, { family: 2 })
    .exit(EXECUTED);
  const [deleted, end, ...others] = events();
  assert.deepEqual(others, []);
  assert.deepEqual(idsOf([deleted, end]), [23, 5]);
  assert.equal(fieldsOf(end).Image, "/bin/true");
});

Deno.test("records of an unknown kind, too short or with texts too long are counted and skipped", () => {
  const { records, decoder, events } = setUpShell();
  const unknown = records.length + HeaderLayout.kind;
  records.exit({ pid: 30 }).patch(unknown & ~3, 99);
  const long = records.length;
  records.file("FILE_CREATE", SHELL, "/tmp/a").patch(long + FileLayout.pathLen, 4_000_000);
  const longArguments = records.length;
  records.exec(EXECUTED, { path: "/bin/a" }).patch(longArguments + ExecLayout.argsLen, 2 ** 32 - 1);
  records.file("FILE_CREATE", SHELL, "/tmp/good");
  assert.deepEqual(events().map((event) => fieldsOf(event).TargetFilename), ["/tmp/good"]);
  assert.equal(decoder.counters.unknown, 3);

  records.network(SHELL, { family: 2 }).patch(HeaderLayout.length, HeaderLayout.bytes);
  records.length = HeaderLayout.bytes;
  assert.deepEqual(events(), []);
  assert.equal(decoder.counters.unknown, 4);
});

Deno.test("a damaged length ends its batch, not the program", () => {
  for (const length of [0, 8, 65, 2 ** 31, 2 ** 32 - 8]) {
    const { records, decoder, events } = setUpShell();
    records.exit(SHELL);
    const damaged = records.length;
    records.exit({ pid: 12 }).exit({ pid: 13 }).patch(damaged, length);
    assert.equal(events().length, 1);
    assert.equal(decoder.counters.unknown, 1, `length ${length}`);
  }
});

Deno.test("a program without a file, and those whose image loses its name, are tampered with", () => {
  const { records, events } = setUpShell();
  records.fork(SHELL, CHILD).exec({ ...EXECUTED, flags: Flag.UNLINKED }, {
    path: "/memfd:x (deleted)",
  });
  const [created, nameless] = events();
  assert.deepEqual(idsOf([created, nameless]), [1, 25]);
  assert.equal(fieldsOf(nameless).Type, "Image has no file");

  const remover: Actor = { pid: 12, start: 3_000_000 };
  records.running(remover, { path: "/bin/rm" }).file("FILE_DELETE", remover, "/bin/sh");
  records.patch(records.length - 8 - FileLayout.bytes + FileLayout.how, How.UNLINK);
  const [removed, tampered, ...others] = events();
  assert.deepEqual(others, []);
  assert.deepEqual(idsOf([removed, tampered]), [23, 25]);
  const { Type, ProcessId, Image } = fieldsOf(tampered);
  assert.deepEqual([Type, ProcessId, Image], ["Image is deleted", SHELL.pid, "/bin/sh"]);

  records.exit(SHELL).file("FILE_DELETE", remover, "/bin/sh");
  records.patch(records.length - 8 - FileLayout.bytes + FileLayout.how, How.UNLINK);
  assert.deepEqual(idsOf(events()), [5, 23], "nobody runs it any more");
});

Deno.test("denials have the paths that the kernel decided by", () => {
  const { records, decoder, events } = setUpShell();
  records.denial("BLOCKED_EXECUTABLE", SHELL, { path: "/opt/é", image: "/bin/cp", mode: 0o100755 });
  records.denial("BLOCKED_SHREDDING", SHELL, {
    path: "/srv/a",
    image: "/bin/shred",
    mode: 0o100711,
  });
  records.denial("BLOCKED_SHREDDING", SHELL, { path: "/srv/b", image: "/bin/shred" });
  const cut = records.length;
  records.denial("BLOCKED_SHREDDING", SHELL, { path: "/srv/c", image: "/bin/shred" })
    .patch(cut + DenialLayout.imageLen, 4_000_000);
  const [program, paper, data, ...more] = events();
  assert.equal(more.length, 0);
  assert.equal(decoder.counters.unknown, 1);
  assert.equal(program.definition.id, 27);
  assert.equal(fieldsOf(program).TargetFilename, "/opt/é");
  assert.equal(fieldsOf(program).Image, "/bin/cp");
  assert.equal(fieldsOf(program).ProcessId, SHELL.pid);
  assert.equal(paper.definition.id, 28);
  assert.equal(fieldsOf(paper).IsExecutable, true);
  assert.equal(fieldsOf(data).IsExecutable, false);
});
