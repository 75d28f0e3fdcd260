import assert from "node:assert/strict";
import { Hasher, type HasherOptions, NoProgram } from "./hasher.ts";
import type { Reason } from "./reasons.ts";
import type { HashTarget } from "./request.ts";

const TARGET: HashTarget = {
  pid: 100,
  path: "/usr/bin/true",
  device: 0xfe00000,
  inodeLow: 10,
  inodeHigh: 0,
  sizeLow: 20,
  sizeHigh: 0,
  mtimeLow: 30,
  mtimeHigh: 31,
  ctimeLow: 40,
  ctimeHigh: 41,
};

interface Call {
  readonly pid: number;
  readonly request: Uint8Array;
  /** Ends the call with a text, or with a negated reason. */
  readonly end: (result: string | number) => void;
}

/** A hasher whose native calls the test ends by hand. */
function hasherWith(options: Partial<HasherOptions> = {}) {
  const calls: Call[] = [];
  const clock = { now: 0 };
  const hasher = new Hasher((request, out) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const end = (result: string | number) => {
      if (typeof result === "number") return resolve(result);
      resolve(new TextEncoder().encodeInto(result, out).written);
    };
    calls.push({ pid: new DataView(request.buffer).getUint32(4, true), request, end });
    return promise;
  }, { algorithms: ["SHA256"], now: () => clock.now, ...options });
  return { hasher, calls, clock };
}

function file(inodeLow: number, more: Partial<HashTarget> = {}): HashTarget {
  return { ...TARGET, inodeLow, ...more };
}

Deno.test("a file is asked for once and known from then on", async () => {
  const { hasher, calls } = hasherWith();
  const first = hasher.hash(file(1));
  assert.ok(first instanceof Promise);
  calls[0].end("SHA256=aa");
  assert.equal(await first, "SHA256=aa");
  assert.equal(hasher.hash(file(1, { pid: 200, path: "/elsewhere" })), "SHA256=aa");
  assert.equal(calls.length, 1);
  assert.equal(hasher.counters.hits, 1);
  assert.ok(hasher.hash(file(1, { ctimeLow: 41 })) instanceof Promise);
  calls[1].end("SHA256=bb");
});

Deno.test("events of the same file share one call", async () => {
  const { hasher, calls } = hasherWith();
  const answers = [hasher.hash(file(1)), hasher.hash(file(1)), hasher.hash(file(1))];
  assert.equal(calls.length, 1);
  calls[0].end("SHA256=aa");
  assert.deepEqual(await Promise.all(answers), ["SHA256=aa", "SHA256=aa", "SHA256=aa"]);
  assert.equal(hasher.counters.shared, 2);
  assert.equal(hasher.counters.calls, 1);
});

Deno.test("no digest of a readable file is an answer, not a failure", async () => {
  const { hasher, calls } = hasherWith({ algorithms: ["IMPHASH"] });
  const answer = hasher.hash(file(1));
  calls[0].end("");
  assert.equal(await answer, "-");
  assert.equal(hasher.hash(file(1)), "-");
  assert.ok(Object.values(hasher.counters.unavailable).every((count) => count === 0));
});

Deno.test("a file that was gone is asked for again", async () => {
  const { hasher, calls } = hasherWith();
  for (const [code, reason] of [[-1, "gone"], [-5, "changed"], [-6, "permission"]] as const) {
    const answer = hasher.hash(file(1));
    calls.at(-1)!.end(code);
    assert.equal(await answer, "-");
    assert.equal(hasher.counters.unavailable[reason], 1);
  }
  const answer = hasher.hash(file(1));
  calls.at(-1)!.end("SHA256=aa");
  assert.equal(await answer, "SHA256=aa");
});

Deno.test("a file too large, too slow or on FUSE is left alone, and every answer counted", async () => {
  for (const [code, reason] of [[-3, "too_large"], [-4, "timeout"], [-7, "fuse"]] as const) {
    const { hasher, calls, clock } = hasherWith();
    const answer = hasher.hash(file(1));
    calls[0].end(code);
    assert.equal(await answer, "-");
    clock.now += 59_999;
    assert.equal(hasher.hash(file(1)), "-");
    assert.equal(calls.length, 1);
    assert.equal(hasher.counters.unavailable[reason], 2);
    clock.now += 1;
    const isFinal = reason === "too_large";
    assert.equal(hasher.hash(file(1)) === "-", isFinal);
    assert.equal(calls.length, isFinal ? 1 : 2);
    calls[1]?.end("SHA256=aa");
  }
});

Deno.test("when the first process is gone, another one with the same image is asked", async () => {
  const { hasher, calls } = hasherWith();
  const answers = [hasher.hash(file(1)), hasher.hash(file(1, { pid: 101 }))];
  calls[0].end(-1);
  await Promise.resolve();
  assert.deepEqual(calls.map((call) => call.pid), [100, 101]);
  calls[1].end("SHA256=aa");
  assert.deepEqual(await Promise.all(answers), ["SHA256=aa", "SHA256=aa"]);
  assert.equal(hasher.counters.unavailable.gone, 0);
});

Deno.test("asking through other processes ends", async () => {
  const { hasher, calls } = hasherWith();
  const answer = hasher.hash(file(1));
  let settled = false;
  void Promise.resolve(answer).then(() => settled = true);
  for (let pid = 101; !settled; pid++) {
    hasher.hash(file(1, { pid }));
    calls.at(-1)!.end(-1);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }
  assert.equal(calls.length, 4);
  assert.equal(await answer, "-");
  assert.equal(hasher.counters.unavailable.gone, 5);
});

Deno.test("the request is made of what the target held when it was asked for", async () => {
  const { hasher, calls } = hasherWith({ concurrency: 1 });
  const reused = { ...file(2), path: new TextEncoder().encode("/bin/a") };
  const first = hasher.hash(file(1));
  const second = hasher.hash(reused);
  reused.path.fill(0);
  reused.inodeLow = 3;
  calls[0].end("SHA256=aa");
  await first;
  assert.equal(new TextDecoder().decode(calls[1].request.subarray(64)), "/bin/a");
  calls[1].end("SHA256=bb");
  assert.equal(await second, "SHA256=bb");
  assert.equal(hasher.hash(file(2)), "SHA256=bb");
});

Deno.test("at most so many calls at a time, the rest in order, beyond the queue busy", async () => {
  const { hasher, calls } = hasherWith({ concurrency: 2, queueLimit: 2 });
  const answers = [1, 2, 3, 4].map((inode) => hasher.hash(file(inode)));
  assert.equal(calls.length, 2);
  assert.equal(hasher.hash(file(5)), "-");
  assert.equal(await hasher.hashFile("/etc/config.xml"), "-");
  assert.equal(hasher.counters.unavailable.busy, 2);
  calls[0].end("SHA256=aa");
  await answers[0];
  assert.equal(calls.length, 3);
  calls[1].end("SHA256=bb");
  calls[2].end("SHA256=cc");
  await answers[2];
  calls[3].end("SHA256=dd");
  assert.deepEqual(await Promise.all(answers), [
    "SHA256=aa",
    "SHA256=bb",
    "SHA256=cc",
    "SHA256=dd",
  ]);
});

Deno.test("what has waited too long is not asked for any more", async () => {
  const { hasher, calls, clock } = hasherWith({ concurrency: 1, budgetMs: 500 });
  const answers = [1, 2, 3].map((inode) => hasher.hash(file(inode)));
  clock.now += 3000;
  const fresh = hasher.hash(file(4));
  calls[0].end("SHA256=aa");
  await answers[0];
  assert.equal(calls.length, 2);
  clock.now += 1;
  calls[1].end("SHA256=bb");
  assert.deepEqual(await Promise.all(answers), ["SHA256=aa", "SHA256=bb", "-"]);
  assert.equal(hasher.counters.unavailable.busy, 1);
  calls[2].end("SHA256=dd");
  assert.equal(await fresh, "SHA256=dd");
});

Deno.test("a stuck call is given up; its device is left alone until it comes back", async () => {
  const { hasher, calls } = hasherWith({ patienceMs: 1, concurrency: 1, stuckLimit: 5 });
  assert.equal(await hasher.hash(file(1)), "-");
  assert.equal(hasher.counters.stuck, 1);
  assert.equal(hasher.hash(file(2)), "-");
  assert.equal(calls.length, 1);
  assert.equal(hasher.counters.unavailable.timeout, 2);

  const elsewhere = hasher.hash(file(2, { device: 7 }));
  calls[1].end("SHA256=bb");
  assert.equal(await elsewhere, "SHA256=bb");

  calls[0].end("SHA256=aa");
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(hasher.counters.stuck, 0);
  const again = hasher.hash(file(3));
  calls[2].end("SHA256=cc");
  assert.equal(await again, "SHA256=cc");
});

Deno.test("when every call is stuck, what waits is told so at once", async () => {
  const { hasher, calls } = hasherWith({ patienceMs: 1, concurrency: 1, stuckLimit: 1 });
  const answers = [1, 2, 3].map((device) => hasher.hash(file(1, { device })));
  assert.deepEqual(await Promise.all(answers), ["-", "-", "-"]);
  assert.equal(calls.length, 2);
  assert.equal(hasher.counters.stuck, 2);
  assert.equal(hasher.hash(file(1, { device: 4 })), "-");
  assert.deepEqual(
    [hasher.counters.unavailable.timeout, hasher.counters.unavailable.busy],
    [2, 2],
  );
  calls[0].end(-4);
  await new Promise((resolve) => setTimeout(resolve));
  const answer = hasher.hash(file(1, { device: 4 }));
  calls[2].end("SHA256=dd");
  assert.equal(await answer, "SHA256=dd");
  calls[1].end(-4);
});

Deno.test("a rejected call is an answer too", async () => {
  const hasher = new Hasher(() => Promise.reject(new Error("closed")), { algorithms: ["MD5"] });
  assert.equal(await hasher.hash(file(1)), "-");
  assert.equal(hasher.counters.unavailable.unsupported, 1);
});

Deno.test("a file of the host is hashed by path and not remembered", async () => {
  const { hasher, calls } = hasherWith();
  for (const text of ["SHA256=aa", "SHA256=bb"]) {
    const answer = hasher.hashFile("/etc/config.xml");
    assert.equal(calls.at(-1)!.pid, 0);
    calls.at(-1)!.end(text);
    assert.equal(await answer, text);
  }
});

Deno.test("what had to be a program and is none has no answer, and is remembered apart", async () => {
  const { hasher, calls } = hasherWith();
  const program = (inodeLow: number) => file(inodeLow, { mustBeProgram: true });
  const answers = [1, 2, 3, 4].map((inode) => hasher.hash(program(inode)));
  const [notProgram, gone, tooLarge] = [-10, -1, -3];
  calls[0].end(notProgram);
  calls[1].end(gone);
  await Promise.all(answers.slice(0, 2));
  calls[2].end(tooLarge);
  calls[3].end("SHA256=aa");
  const no = (reason: Reason) => new NoProgram(reason);
  const expected = [no("not_program"), no("gone"), "-", "SHA256=aa"];
  assert.deepEqual(await Promise.all(answers), expected);
  assert.deepEqual(hasher.hash(program(1)), no("not_program"));
  assert.equal(hasher.hash(program(4)), "SHA256=aa");
  assert.ok(hasher.hash(file(1)) instanceof Promise, "the same file as a process's image");
  assert.ok(hasher.hash(program(2)) instanceof Promise, "gone for one, not for all");
  for (const call of calls.slice(4)) call.end("SHA256=bb");
});

Deno.test("who signed a module is asked apart from the file's hashes", async () => {
  const { hasher, calls } = hasherWith();
  const plain = hasher.hash(file(1));
  const module = hasher.hash(file(1, { isModule: true }));
  calls[0].end("SHA256=aa");
  calls[1].end("SHA256=aa\nSomebody");
  assert.deepEqual(await Promise.all([plain, module]), ["SHA256=aa", "SHA256=aa\nSomebody"]);
  const flags = calls.map(({ request }) => new DataView(request.buffer).getUint16(2, true));
  assert.deepEqual(flags, [3, 3 | 16]);
});

Deno.test("files without a known identity are asked for each time", async () => {
  const { hasher, calls } = hasherWith();
  const unknown = { ...file(0), inodeHigh: 0, mustBeProgram: true };
  const answers = [hasher.hash(unknown), hasher.hash({ ...unknown, path: "/other" })];
  calls[0].end("SHA256=aa");
  calls[1].end("SHA256=bb");
  assert.deepEqual(await Promise.all(answers), ["SHA256=aa", "SHA256=bb"]);
});

Deno.test("bytes are hashed by the configuration's algorithms", () => {
  const { hasher } = hasherWith({ algorithms: ["MD5", "SHA1", "IMPHASH"] });
  assert.equal(
    hasher.hashBytes(new TextEncoder().encode("abc")),
    "SHA1=a9993e364706816aba3e25717850c26c9cd0d89d,MD5=900150983cd24fb0d6963f7d28e17f72",
  );
});
