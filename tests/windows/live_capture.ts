/**
 * Live capture on Windows, from the callback of Windows' tracing functions to JSON. Run by the
 * runtime for Windows (`tasks/windows/test.ts`), with a library that takes native/windows/fake-etw in
 * place of Windows' functions; under Wine these are stubs, which the last tests are about.
 *
 * `MONOMI_FAKE_BUILD` names the folder with both libraries, `MONOMI_LIBRARY` the one to ship.
 */
import assert from "node:assert/strict";
import { CaptureEnded, type Native, NativeError } from "../../src/sources/native.ts";
import { event, kernelProcess, PROCESS_TYPE, PROVIDER, u32, u64, wide } from "./etw_script.ts";
import { EVERY_EVENT, EXPECTED } from "./every_event.ts";
import { EVERYTHING, factsOf, monomi, Scene } from "./scene.ts";

const LIBRARY = Deno.env.get("MONOMI_LIBRARY")!;
const OPTIONS = { name: "monomi-test", ringBytes: 1 << 20, maxArguments: 0 };
const WAIT_MS = 60_000;

const answer = (name: string, pid = 40_004): string =>
  event(PROVIDER.dns, 3008, { pid }, wide(name), u32(1), u64(0), u32(0), wide("::1;"));

/** The plan's last provider is enabled. */
const READY = `await ${PROVIDER.dns} 3008`;

/** Lines until one holds what is looked for. */
async function linesUntil(native: Native, text: string): Promise<string[]> {
  const buffer = new Uint8Array(384 * 1024);
  const lines: string[] = [];
  while (!lines.some((line) => line.includes(text))) {
    assert.ok(await native.wait(WAIT_MS), `no line with ${text}: ${lines.join("\n")}`);
    for (let length; (length = native.drain(buffer)) > 0;) {
      lines.push(...new TextDecoder().decode(buffer.subarray(0, length)).trim().split("\n"));
    }
  }
  return lines;
}

Deno.test("events of every kind come through to JSON", async () => {
  using scene = new Scene(EVERYTHING, READY, ...EVERY_EVENT, "end");
  const { code, out, err } = await monomi(["run", "-c", scene.config, "--stats"], scene.variables);
  assert.equal(code, 3, err);
  assert.match(err, /somebody else has ended the trace session "monomi"/);
  const events = factsOf(out);
  const own = new Set([4, 16, 255]);
  const captured = events.filter(([id]) => !own.has(id));
  assert.deepEqual(captured.map(([id]) => id), EXPECTED.map(([id]) => id));
  captured.forEach(([id, fields], i) => {
    for (const [name, value] of Object.entries(EXPECTED[i][1])) {
      assert.equal(String(fields[name]), String(value), `event ${id}: ${name}`);
    }
  });
  const told = events.find(([id]) => id === 255);
  assert.match(String(told?.[1].Description), /somebody else has ended/);
  const { summary } = JSON.parse(err.split("\n").find((line) => line.startsWith("{"))!);
  assert.equal(summary.capture.session.unknown, 0);
  assert.equal(summary.capture.delivered, EVERY_EVENT.length - 1);
});

Deno.test("what the host says of a running process is in its events", async () => {
  const running = Deno.pid;
  const process = {
    pid: running,
    parent: 4,
    sid: "S-1-5-18",
    image: "x.exe",
    commandLine: "x.exe",
  };
  using scene = new Scene(
    EVERYTHING,
    READY,
    kernelProcess(PROCESS_TYPE.running, process, { pid: 4 }),
    answer("example.org", running),
    "end",
  );
  const { out, err } = await monomi(["run", "-c", scene.config], scene.variables);
  const events = factsOf(out);
  const query = events.find(([id]) => id === 22)?.[1];
  assert.equal(query?.Image, Deno.execPath(), err);
  assert.match(String(query?.ProcessGuid), /^\{[0-9A-F]{8}-(?!0000-0000)[0-9A-F-]+\}$/);
});

Deno.test("reload changes what is enabled, losses are counted, close leaves no session", async () => {
  using scene = new Scene(
    EVERYTHING,
    READY,
    answer("first.example.org"),
    "lost 5 2",
    `await ${PROVIDER.network} 12`,
    `await-off ${PROVIDER.dns}`,
    answer("unwanted.example.org"),
    event(PROVIDER.network, 12, { pid: 4 }, u32(4), u32(0), u32(1), u32(2), u32(3)),
  );
  const native = scene.native();
  native.open({ ...OPTIONS, events: [22] });
  await linesUntil(native, "first.example.org");
  native.configure([3]);
  const lines = await linesUntil(native, "TcpConnect");
  assert.ok(!lines.some((line) => line.includes("unwanted")));
  const stats = native.stats();
  assert.equal(stats.delivered, 2);
  const { name, eventsLost, buffersLost, queueFull, ended } = stats.session!;
  assert.deepEqual(
    { name, eventsLost, buffersLost, queueFull, ended },
    { name: "monomi-test", eventsLost: 5, buffersLost: 2, queueFull: 0, ended: null },
  );
  const names = stats.programs.map(({ name }) => name.replace("Microsoft-Windows-Kernel-", ""));
  assert.deepEqual(names.sort(), ["Network", "Process"]);
  native.wake();
  assert.equal(await native.wait(WAIT_MS), false);
  native.close();
  await assert.rejects(native.wait(0), new NativeError("the capture is closed"));
  assert.deepEqual(scene.calls.slice(-2), ["CloseTrace ", "ControlTraceW monomi-test 1"]);
});

Deno.test("a run by the shipped rules leaves no session", async () => {
  using scene = new Scene(EVERYTHING, READY, answer("example.org"));
  const args = ["run", "--duration", "5s"];
  const { code, out, err } = await monomi(args, scene.variables);
  assert.equal(code, 0, err);
  assert.match(out, /example\.org/);
  assert.deepEqual(scene.calls.slice(-2), ["CloseTrace ", "ControlTraceW monomi 1"]);
});

Deno.test("a session that a killed instance left is taken over", async () => {
  using scene = new Scene(
    EVERYTHING,
    `session ${OPTIONS.name}`,
    READY,
    answer("example.org"),
    "end",
  );
  const native = scene.native();
  native.open({ ...OPTIONS, events: [22] });
  await linesUntil(native, "example.org");
  await assert.rejects(native.wait(WAIT_MS), CaptureEnded);
  native.close();
  const [first, second, third] = scene.calls.map((call) => call.split(" ")[0]);
  assert.deepEqual([first, second, third], ["StartTraceW", "ControlTraceW", "StartTraceW"]);
});

Deno.test("what Windows refuses is told in one line, with what to do", async () => {
  for (
    const [script, message] of [
      [
        "fail StartTraceW 5",
        /StartTraceW of session "monomi" failed with error 5: access is denied/,
      ],
      ["fail StartTraceW 1450", /error 1450: all trace sessions are taken/],
      ["fail OpenTraceW 5", /OpenTraceW of session "monomi" failed with error 5: access is denied/],
    ] as const
  ) {
    using scene = new Scene(EVERYTHING, script);
    const { code, out, err } = await monomi(["run", "-c", scene.config], scene.variables);
    assert.equal(code, 3, err);
    assert.match(err, message);
    assert.deepEqual([out, err.trim().split("\n").length], ["", 1], err);
    const started = scene.calls.filter((call) => call.startsWith("StartTraceW")).length;
    const stopped = scene.calls.filter((call) => call.startsWith("ControlTraceW monomi 1")).length;
    if (script.startsWith("fail OpenTraceW")) assert.equal(stopped, started);
  }
});

Deno.test("a missing function is named", () => {
  using scene = new Scene(EVERYTHING);
  const native = scene.native();
  Deno.env.set("MONOMI_ETW_LIBRARY", "kernel32.dll");
  assert.throws(
    () => native.open({ ...OPTIONS, events: [22] }),
    /^NativeError: this Windows has no StartTraceW: event tracing needs Windows 10/,
  );
});

Deno.test("the plan needs no session", () => {
  using scene = new Scene(EVERYTHING);
  const { kernel, blocking, programs } = scene.native().plan([3]);
  assert.match(kernel, /^Windows \d+\.\d+\.\d+$/);
  assert.equal(blocking.possible, false);
  assert.ok(programs.some(({ name }) => name === "Microsoft-Windows-Kernel-Network"));
});

Deno.test("Wine's own stubs end in a clear message; the library to ship takes no other", async () => {
  using scene = new Scene(EVERYTHING);
  const shipped = await monomi(["run", "-c", scene.config], scene.variables, LIBRARY);
  assert.equal(shipped.code, 3, shipped.err);
  assert.match(shipped.err, /OpenTraceW of session "monomi" failed with error 5: access is denied/);
  assert.throws(() => scene.calls, Deno.errors.NotFound);
});
