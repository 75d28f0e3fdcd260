/** What Windows recorded, replayed here, is what independent readers find in the same files. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { monomi } from "../src/cli/testing.ts";
import { isEvent, readEventLog } from "../src/sources/logs/mod.ts";
import type { LogSummary } from "../src/sensor/replay_source.ts";
import { builtNative } from "../src/sources/testing.ts";
import { CORPUS_ETL, CORPUS_EVTX, corpusTest } from "../src/testing/corpus.ts";

/** Debian's own, which has the modules that the set-up installs. */
const PYTHON = "/usr/bin/python3";

const TRACE = fileURLToPath(new URL("shutdown-kernel-logger.etl", CORPUS_ETL));
const NOT_INSTALLED = 77;

/** Groups of hook ids whose classes have names. */
const GROUPS: Readonly<Record<string, number>> = {
  EventTrace: 0,
  Process: 3,
  Thread: 5,
  Image: 0x14,
};

type JsonEvent = Record<string, string | number | boolean>;

function independent(script: string, args: readonly string[]): string | undefined {
  const path = fileURLToPath(new URL(`independent/${script}`, import.meta.url));
  const { code, stdout, stderr } = new Deno.Command(PYTHON, { args: [path, ...args] })
    .outputSync();
  if (code === NOT_INSTALLED) return undefined;
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function jsonLines<T>(text: string): T[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

async function replayed(args: readonly string[]) {
  const { code, stdout, stderr } = await monomi(["replay", ...args, "--sink", "json:-", "--stats"]);
  assert.equal(code, 0, stderr);
  const { summary } = JSON.parse(stderr.trimEnd().split("\n").at(-1)!);
  return { events: jsonLines<JsonEvent>(stdout), logs: summary.logs as LogSummary[], stderr };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

corpusTest("a kernel logger's trace: every record of every kind", async () => {
  const { events, logs: [{ trace }], stderr } = await replayed([TRACE]);
  const counted: Record<string, number> = JSON.parse(independent("etl_headers.py", [TRACE])!);

  const told: Record<string, number> = {};
  for (const { origin, id, version, count } of trace!.kinds) {
    // Loads of images have a hook id of the process group.
    const group = origin === "Image" && id === 10 ? GROUPS.Process : GROUPS[origin];
    told[`0x${(group << 8 | id).toString(16).padStart(4, "0")} ${version}`] = count;
  }
  assert.deepEqual(told, counted);
  const sum = Object.values(counted).reduce((sum, count) => sum + count, 0);
  assert.deepEqual([sum, trace!.records, events.length], [17_078, 17_078, 17_078]);
  assert.match(stderr, /records unaccounted for +0\n/);

  const written = countBy(events, ({ Event }) => String(Event));
  const sumOf = (...hooks: string[]) => hooks.reduce((sum, hook) => sum + counted[hook], 0);
  assert.equal(written.ProcessTerminate, sumOf("0x0302 4"));
  assert.equal(written.EtwProcessRunningAtStart, sumOf("0x0303 4"));
  assert.equal(written.EtwProcessRunningAtEnd, sumOf("0x0304 4"));
  assert.equal(written.ImageLoad, sumOf("0x030a 3"));
  assert.equal(written.EtwImageUnload, sumOf("0x1402 3"));
  assert.equal(written.EtwThreadEnd, sumOf("0x0502 3"));
  assert.equal(written.EtwThreadStart + written.CreateRemoteThread, sumOf("0x0501 3"));
});

corpusTest("a trace's processes, threads and images have names, parents and times", async () => {
  const { events } = await replayed([TRACE]);
  const first = (name: string, pid: number) =>
    events.find(({ Event, ProcessId }) => Event === name && ProcessId === pid)!;
  const winlogon = first("EtwProcessRunningAtStart", 608);
  assert.equal(winlogon.Image, "C:\\Windows\\System32\\winlogon.exe");
  assert.equal(winlogon.UserSid, "S-1-5-18");
  assert.equal(winlogon.UtcTime, "2020-02-28 17:15:47.414");
  const svchost = first("EtwProcessDefunct", 496);
  assert.equal(svchost.ParentProcessId, 600);
  assert.equal(svchost.ParentImage, "C:\\Windows\\System32\\services.exe");
  const ended = first("ProcessTerminate", 6780);
  assert.equal(ended.Image, "C:\\Windows\\System32\\SecurityHealthSystray.exe");
  assert.equal(ended.ProcessGuid, "{00000000-0000-0000-C093-B68886CAFFFF}");
  const thread = first("EtwThreadStart", 608);
  assert.equal(thread.ThreadId, 4480);
  assert.equal(thread.Image, winlogon.Image);
  const loaded = first("ImageLoad", 7064);
  assert.equal(loaded.ImageLoaded, "C:\\Windows\\SysWOW64\\coml2.dll");
  const remote = events.find(({ Event }) => Event === "CreateRemoteThread")!;
  assert.equal(remote.SourceImage, "C:\\Windows\\System32\\csrss.exe");
  assert.equal(remote.StartModule, "C:\\Windows\\System32\\KernelBase.dll");

  const nameless = events.filter(({ Event, Image, ProcessId }) =>
    /Process|Thread|Image/.test(String(Event)) && ProcessId !== 0 && Image === "-"
  );
  assert.deepEqual(countBy(nameless, ({ Event }) => String(Event)), {
    EtwKernelImageBase: 1,
  });
  const times = events.map(({ UtcTime }) => String(UtcTime));
  assert.deepEqual(times, times.toSorted());
});

corpusTest("a trace on standard input says the same, and leaves no copy", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const input = await Deno.readFile(TRACE);
    const env = { TMPDIR: folder };
    const [piped, read] = await Promise.all([
      monomi(["replay", "-", "--sink", "json:-"], { input, env }),
      monomi(["replay", TRACE, "--sink", "json:-"]),
    ]);
    assert.equal(piped.code, 0, piped.stderr);
    assert.ok(piped.stdout === read.stdout);
    assert.match(piped.stderr, /<stdin>: 17078 events of 17078 records/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

interface IndependentRecord {
  readonly file: string;
  readonly record: number;
  readonly id: number;
  readonly computer: string;
  readonly fields: Readonly<Record<string, string>>;
}

function evtxPaths(): string[] {
  return [...Deno.readDirSync(CORPUS_EVTX)].map(({ name }) =>
    fileURLToPath(new URL(encodeURIComponent(name), CORPUS_EVTX))
  ).sort();
}

/** Texts that mean the same: python-evtx writes booleans as Python does, GUIDs in small letters. */
function sameText(text: string): string {
  if (/^\{?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}?$/i.test(text)) {
    return text.toUpperCase().replace(/[{}]/g, "");
  }
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase();
  const hexadecimal = /^0x0*([\da-f]+)$/i.exec(text);
  return hexadecimal === null ? text : `0x${hexadecimal[1].toLowerCase()}`;
}

const independentText = python("evtx_records.py");

/** What the script says of the corpus; undefined where python-evtx is not installed. */
function python(script: string): string | undefined {
  try {
    return independent(script, evtxPaths());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const without = independentText === undefined ? " (skipped: python-evtx is missing)" : "";

Deno.test({
  name: `event logs: every record with every field${without}`,
  ignore: independentText === undefined,
  async fn() {
    const expected = jsonLines<IndependentRecord>(independentText!);
    for (const path of evtxPaths()) {
      const mine = expected.filter(({ file }) => file === path);
      const { events, logs: [log] } = await replayed([path]);
      assert.equal(events.length + log.skipped, mine.length, path);
      assert.equal(log.problems, 0, path);
      for (const [i, event] of events.entries()) {
        const { id, computer, fields } = mine[i];
        assert.equal(event.EventID, id, path);
        assert.equal(event.Computer, computer, path);
        for (const [name, text] of Object.entries(fields)) {
          assert.ok(name in event, `${path} ${i} ${name}`);
          const printed = sameText(String(event[name]));
          assert.equal(printed, sameText(text === "" ? "-" : text), `${path} ${i} ${name}`);
        }
      }
    }
  },
});

const HEADER_BYTES = 4096;
const CHUNK_BYTES = 65_536;

corpusTest("damaged copies of event logs lose no more than the damaged chunk", async () => {
  const native = builtNative();
  const folder = await Deno.makeTempDir();
  const read = async (bytes: Uint8Array): Promise<string[]> => {
    const path = `${folder}/copy.evtx`;
    await Deno.writeFile(path, bytes);
    const log = await readEventLog(path, { native: () => native });
    const events = [];
    for await (const item of log) {
      if (isEvent(item) && "record" in item.place) {
        events.push(`${item.place.record} ${item.event.values.join()}`);
      }
    }
    return events;
  };
  try {
    for (const path of evtxPaths()) {
      const bytes = await Deno.readFile(path);
      const whole = await read(bytes);
      const chunks = Math.ceil((bytes.length - HEADER_BYTES) / CHUNK_BYTES);
      for (let chunk = 0; chunk < chunks; chunk++) {
        const begin = HEADER_BYTES + chunk * CHUNK_BYTES;
        const end = Math.min(begin + CHUNK_BYTES, bytes.length);
        const inside = await read(
          joined(bytes.subarray(0, HEADER_BYTES), bytes.subarray(begin, end)),
        );
        const others = whole.filter((event) => !inside.includes(event));
        const flipped = bytes.slice();
        for (let at = begin + 600; at < end; at += 997) flipped[at] ^= 1 << at % 8;
        const zeroed = bytes.slice();
        zeroed.fill(0, begin, end);
        const before = whole.slice(0, whole.findIndex((event) => inside.includes(event)));
        const cut = await read(bytes.subarray(0, begin + (end - begin >> 1)));
        assert.deepEqual(cut.slice(0, before.length), before, `${path} cut in chunk ${chunk}`);
        for (const copy of [flipped, zeroed]) {
          const left = new Set(await read(copy));
          const lost = others.filter((event) => !left.has(event));
          assert.deepEqual(lost, [], `${path} damaged in chunk ${chunk}`);
        }
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
    native.close();
  }
});

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
