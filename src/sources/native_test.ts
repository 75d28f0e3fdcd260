import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { captureTest, Folder, output } from "../../tests/support/environment.ts";
import { until, within } from "../../tests/support/waiting.ts";
import { Decoder } from "../events/decoder.ts";
import type { Event } from "../events/event.ts";
import { Hasher } from "../hashing/mod.ts";
import { LiveHost } from "./live_host.ts";
import { Native, NativeError } from "./native.ts";
import { builtNative } from "./testing.ts";

const SOURCE = new URL("./native.ts", import.meta.url);
const PROCESS_CREATE = 1;
const OPTIONS = {
  name: "test",
  events: [PROCESS_CREATE],
  ringBytes: 2 ** 20,
  maxArguments: 2 ** 16,
};
const RECORDS = new Uint8Array(512 * 1024);

const isClosed = (error: unknown) =>
  error instanceof NativeError && error.message === "the capture is closed";

async function assertClosed(native: Native): Promise<void> {
  assert.throws(() => native.drain(RECORDS), isClosed);
  assert.throws(() => native.stats(), isClosed);
  assert.throws(() => native.configure([]), isClosed);
  assert.throws(() => native.block(new Uint8Array(20)), isClosed);
  assert.throws(() => native.protect(["/etc"]), isClosed);
  assert.throws(() => native.refuse(true), isClosed);
  assert.equal(native.mark(), false);
  native.commit();
  native.wake();
  await assert.rejects(native.wait(0), isClosed);
}

/** A library that has `names`, and says that it is of version `version`. */
async function imitation(path: string, names: Iterable<string>, version: number): Promise<void> {
  const functions = [...names].map((name) => `int ${name}(void) { return ${version}; }\n`);
  await Deno.writeTextFile(`${path}.c`, functions.join(""));
  await output("cc", "-shared", "-o", path, `${path}.c`);
}

Deno.test("a library of another version, without a function, or none at all is refused", async () => {
  using folder = new Folder();
  const names = new Set(Deno.readTextFileSync(SOURCE).match(/\bmonomi_[a-z_]+/g));
  const path = folder.at("library.so");
  const refusal = (pattern: RegExp) => (error: unknown) =>
    error instanceof NativeError && error.message.includes(path) && pattern.test(error.message);

  await imitation(path, names, 7);
  assert.throws(() => new Native(path), refusal(/has interface 7, this program needs \d+$/));
  names.delete("monomi_drain");
  const partial = folder.at("library.so.partial");
  await imitation(partial, names, 7);
  assert.throws(() => new Native(partial), refusal(/monomi_drain/));
  assert.throws(() => new Native(`${path}.c`), refusal(/^cannot load /));
});

Deno.test("facts of the host", async () => {
  const native = builtNative();
  assert.equal(native.userName(0), "root");
  assert.equal(native.userName(4_294_967_293), undefined);
  const uptime = Number((await Deno.readTextFile("/proc/uptime")).split(" ", 1)[0]) * 1000;
  const apart = Date.now() - uptime - native.bootEpochMilliseconds();
  assert.ok(Math.abs(apart) < 5_000, `${apart} ms`);
});

Deno.test("a file is hashed", async () => {
  using folder = new Folder();
  const path = folder.at("file");
  const content = crypto.getRandomValues(new Uint8Array(40_000));
  await Deno.writeFile(path, content);
  const native = builtNative();
  const hasher = new Hasher(native.hash.bind(native), { algorithms: ["SHA256"] });
  const expected = createHash("sha256").update(content).digest("hex");
  assert.equal((await hasher.hashFile(path)).toLowerCase(), `sha256=${expected}`);
});

Deno.test("without a capture every call that needs one is refused", async () => {
  await assertClosed(builtNative());
});

captureTest(
  "an exec is captured, waiting can be ended, and after close calls are refused",
  async () => {
    const native = builtNative();
    native.open(OPTIONS);
    const decoder = new Decoder(new LiveHost(native), RECORDS);
    const events: Event[] = [];
    const marker = crypto.randomUUID();
    await output("/bin/true", marker);
    const exec = await until("the exec", async () => {
      await native.wait(100);
      for (let length = native.drain(RECORDS); length > 0; length = native.drain(RECORDS)) {
        decoder.decode(length, events);
      }
      return events.find(({ values }) => values.includes(`/bin/true ${marker}`));
    });
    assert.equal(exec.definition.id, PROCESS_CREATE);
    assert.ok(decoder.counters.running > 0, "running processes are told");
    assert.equal(decoder.counters.unknown, 0);
    assert.equal(native.fill(), 0, "nothing is left unread");
    const { kinds, programs, delivered, ringBytes } = native.stats();
    assert.ok(kinds.exec.captured > 0);
    assert.ok(programs.some(({ hooks }) => hooks.length > 0));
    assert.ok(delivered > 0 && delivered <= decoder.counters.records);
    assert.equal(ringBytes, OPTIONS.ringBytes);
    native.configure([]);

    const waiting = native.wait(1_000_000);
    native.wake();
    await within("the end of a wait", waiting);
    native.close();
    await assertClosed(native);
  },
);
