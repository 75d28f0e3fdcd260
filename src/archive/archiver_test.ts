import assert from "node:assert/strict";
import { Archiver, type NativeArchive } from "./archiver.ts";

const REMOVAL = { path: "/tmp/a", holders: [7, 8], time: 1000.5 };

function answering(text: string): NativeArchive {
  return (_request, out) => Promise.resolve(out.set(new TextEncoder().encode(text)) ?? text.length);
}

function archiver(native: NativeArchive, limits = {}): Archiver {
  return new Archiver(native, { directory: "/Sysmon", algorithms: ["SHA1", "SHA256"], ...limits });
}

Deno.test("a request says which file, where to and within which limits", async () => {
  let asked = "";
  const native: NativeArchive = (request, out) => {
    asked = new TextDecoder().decode(request);
    return answering("1SHA1=ab")(request, out);
  };
  const subject = archiver(native);
  assert.deepEqual(await subject.archive(REMOVAL), { hashes: "SHA1=ab", isExecutable: true });
  const parts = ["/Sysmon", "7,8", "900", "1101", "SHA1,SHA256", "67108864", "10", "2000"];
  assert.deepEqual(asked.split("\0"), [...parts, "/tmp/a"]);
  assert.equal(subject.counters.archived, 1);
});

Deno.test("a reason is counted, and so is a failing call", async () => {
  const held = archiver(() => Promise.resolve(-1));
  assert.equal(await held.archive(REMOVAL), undefined);
  assert.equal(held.counters.missed.notHeld, 1);
  const failing = archiver(() => Promise.reject(new Error("no library")));
  assert.equal(await failing.archive(REMOVAL), undefined);
  assert.equal(failing.counters.missed.ioError, 1);
});

Deno.test("calls that do not come back cost no more than patience, places and a queue", async () => {
  const limits = { patienceMs: 1, concurrency: 1, queueLimit: 1 };
  const subject = archiver(() => new Promise<number>(() => {}), limits);
  const all = await Promise.all([1, 2, 3].map(() => subject.archive(REMOVAL)));
  assert.deepEqual(all, [undefined, undefined, undefined]);
  assert.deepEqual([subject.counters.missed.timeout, subject.counters.missed.busy], [2, 1]);
});

Deno.test("what waits is asked for in turn", async () => {
  const calls: ((length: number) => void)[] = [];
  const native: NativeArchive = () => new Promise((resolve) => calls.push(resolve));
  const subject = archiver(native, { concurrency: 1 });
  const both = [subject.archive(REMOVAL), subject.archive(REMOVAL)];
  assert.equal(calls.length, 1);
  calls[0](-2);
  await both[0];
  assert.equal(calls.length, 2);
  calls[1](-3);
  await both[1];
  assert.deepEqual([subject.counters.missed.tooLarge, subject.counters.missed.noSpace], [1, 1]);
});
