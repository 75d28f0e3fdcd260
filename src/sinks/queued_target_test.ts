import assert from "node:assert/strict";
import type { Chunk } from "./chunk.ts";
import { QueuedTarget, RetryLater, type Sender } from "./queued_target.ts";
import { newCounters } from "./target.ts";

/** A sender whose readiness and faults the test decides. */
class TestSender implements Sender {
  readonly separator = 10;
  readonly received: string[] = [];
  closed = 0;
  attempts = 0;
  /** Resolved by the test when sending may go on. */
  gate: Promise<void> | undefined;
  fault: Error | undefined;
  final = false;

  async send(chunk: Chunk): Promise<void> {
    this.attempts++;
    await this.gate;
    while (chunk.start < chunk.end) {
      if (this.fault !== undefined) throw this.fault;
      const end = chunk.nextLine();
      const line = new TextDecoder().decode(chunk.bytes.subarray(chunk.start, end - 1));
      if (line === "undeliverable") {
        chunk.discardLine("cannot be delivered");
        continue;
      }
      this.received.push(line);
      chunk.consume(end - chunk.start);
      if (line === "fault after this") this.fault = new Error("out of paper");
    }
  }

  isFinal(): boolean {
    return this.final;
  }

  close(): void {
    this.closed++;
  }
}

function gate(): { promise: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

function setup(options: { queueBytes?: number; flushMilliseconds?: number; lossless?: boolean }) {
  const problems: string[] = [];
  const sender = new TestSender();
  const target = new QueuedTarget("printer", sender, {
    ...options,
    onProblem: (message) => problems.push(message),
  });
  return { problems, sender, target };
}

Deno.test("lines are delivered in order and counted", async () => {
  const { problems, sender, target } = setup({});
  target.write(["a", "b", "not this"], 2);
  target.write(["c"], 1);
  await target.close();
  assert.deepEqual(sender.received, ["a", "b", "c"]);
  assert.deepEqual(target.counters, { ...newCounters(), written: 3, bytes: 6 });
  assert.equal(sender.closed, 1);
  assert.deepEqual(problems, []);
});

Deno.test("after a fault the rest is delivered, nothing twice, and people are told", async () => {
  const { problems, sender, target } = setup({});
  target.write(["a", "fault after this", "b", "c"], 4);
  await target.flush();
  assert.deepEqual(sender.received, ["a", "fault after this"]);
  assert.equal(target.counters.written, 2);
  assert.equal(target.counters.errors, 1);
  assert.equal(target.counters.lastError, "out of paper");
  sender.fault = undefined;
  await target.flush();
  assert.deepEqual(sender.received, ["a", "fault after this", "b", "c"]);
  assert.equal(target.counters.written, 4);
  assert.deepEqual(problems, [
    "printer: cannot write: out of paper",
    "printer: writing again; 0 events were dropped",
  ]);
  await target.close();
});

Deno.test("a fault is retried without anybody asking", async () => {
  const { sender, target } = setup({});
  sender.fault = new Error("out of paper");
  target.write(["a"], 1);
  while (sender.attempts < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  sender.fault = undefined;
  while (sender.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await target.close();
});

Deno.test("a target that cannot write never makes writers wait and drops what has no room", async () => {
  const { problems, sender, target } = setup({ queueBytes: 100 });
  sender.fault = new Error("out of paper");
  target.write(["0123456789"], 1);
  await target.flush();
  for (let i = 0; i < 20; i++) target.write(["0123456789"], 1);
  assert.equal(target.ready(), undefined);
  assert.equal(target.counters.dropped, 12);
  await target.close();
  assert.equal(target.counters.dropped, 21);
  assert.deepEqual(target.counters.drops, { ...newCounters().drops, queueFull: 12, closed: 9 });
  assert.equal(target.counters.written, 0);
  assert.deepEqual(problems, [
    "printer: cannot write: out of paper",
    "printer: closed; 21 events were dropped",
  ]);
});

Deno.test("a final error breaks the target: what waits is dropped, later lines too", async () => {
  const { sender, target } = setup({});
  sender.final = true;
  target.write(["a", "fault after this", "b", "c"], 4);
  assert.equal(await target.broken, "out of paper");
  target.write(["d", "e"], 2);
  assert.deepEqual([target.counters.written, target.counters.dropped], [2, 4]);
  assert.equal(sender.closed, 1);
  assert.equal(target.ready(), undefined);
  await target.close();
  assert.equal(sender.closed, 1);
});

Deno.test("undeliverable lines are counted as dropped, told, and the others go on", async () => {
  const { problems, sender, target } = setup({});
  target.write(["a", "undeliverable", "b"], 3);
  await target.flush();
  assert.deepEqual(sender.received, ["a", "b"]);
  assert.deepEqual([target.counters.written, target.counters.dropped], [2, 1]);
  assert.equal(target.counters.bytes, 4);
  assert.match(problems[0], /printer: cannot be delivered; 1 events dropped so far/);
  await target.close();
});

Deno.test("ready waits for the low mark while lines are being delivered", async () => {
  const { sender, target } = setup({ queueBytes: 100 });
  const { promise, open } = gate();
  sender.gate = promise;
  target.write(["0123456789012345678"], 1);
  assert.equal(target.ready(), undefined);
  target.write(["0123456789012345678", "0123456789012345678"], 2);
  const ready = target.ready();
  assert.ok(ready instanceof Promise);
  assert.equal(target.ready(), ready, "those who ask meanwhile share the promise");
  open();
  await ready;
  assert.equal(target.ready(), undefined);
  await target.close();
});

Deno.test("a reader that stopped holds writers up once and briefly, then costs only drops", async () => {
  const { sender, target } = setup({ queueBytes: 100, flushMilliseconds: 10 });
  const { promise, open } = gate();
  sender.gate = promise;
  target.write(["0123456789".repeat(6)], 1);
  const began = performance.now();
  await target.ready();
  assert.ok(performance.now() - began < 2_000);
  assert.equal(target.ready(), undefined);
  target.write(["0123456789".repeat(6)], 1);
  assert.equal(target.counters.dropped, 1);
  open();
  await target.flush();
  target.write(["0123456789".repeat(6)], 1);
  assert.ok(target.ready() instanceof Promise, "once it has caught up it is waited for again");
  await target.close();
});

Deno.test("close gives a stuck target up in time and counts what it held", async () => {
  const { problems, sender, target } = setup({ flushMilliseconds: 20 });
  const { promise, open } = gate();
  sender.gate = promise;
  target.write(["a", "b"], 2);
  target.write(["c"], 1);
  await target.close();
  assert.deepEqual([target.counters.written, target.counters.dropped], [0, 3]);
  assert.equal(sender.closed, 0, "it is not closed under a send");
  assert.deepEqual(problems, ["printer: closed; 3 events were dropped"]);
  open();
  while (sender.closed === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual([target.counters.written, target.counters.dropped], [0, 3]);
});

Deno.test("lossless: ready waits for a slow reader for as long as it takes", async () => {
  const { sender, target } = setup({ queueBytes: 100, flushMilliseconds: 1, lossless: true });
  const { promise, open } = gate();
  sender.gate = promise;
  target.write(["0123456789".repeat(6)], 1);
  let isReady = false;
  const ready = target.ready()!.then(() => isReady = true);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(isReady, false);
  open();
  await ready;
  await target.close();
  assert.equal(target.counters.dropped, 0);
});

Deno.test("a receiver that asks for a pause gets it, whatever the back-off", async () => {
  const { sender, target } = setup({});
  sender.fault = new RetryLater("busy", 400);
  const began = performance.now();
  target.write(["a"], 1);
  while (sender.attempts < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(performance.now() - began >= 395);
  sender.fault = undefined;
  await target.close();
  assert.deepEqual(sender.received, ["a"]);
});

Deno.test("a sender sees each line with its record id, and is asked again for what it leaves", async () => {
  const batches: [string, number, number][][] = [];
  const target = new QueuedTarget("collector", {
    separator: 10,
    send: (chunk: Chunk) => {
      const lines = [...chunk.eachLine()];
      const batch = lines.slice(0, 2);
      const decoder = new TextDecoder();
      batches.push(
        batch.map(({ bytes, recordId, time }) => [decoder.decode(bytes), recordId, time]),
      );
      chunk.consumeLines(batch.length);
      return Promise.resolve();
    },
    isFinal: () => false,
    close: () => {},
  });
  const marks = [1, 2, 3, 4, 5].map((id) => ({ recordId: id, time: 10 * id }));
  target.write(["c", "d", "e"], 3, marks, 2);
  await target.close();
  assert.deepEqual(batches, [[["c", 3, 30], ["d", 4, 40]], [["e", 5, 50]]]);
  assert.equal(target.counters.written, 3);
});

Deno.test("closing ends an attempt that hangs", async () => {
  let aborted = false;
  const target = new QueuedTarget("collector", {
    separator: 10,
    send: (_, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        })
      ),
    isFinal: () => false,
    close: () => {},
  }, { flushMilliseconds: 10 });
  target.write(["a"], 1);
  await target.close();
  assert.ok(aborted);
  assert.equal(target.counters.drops.closed, 1);
});
