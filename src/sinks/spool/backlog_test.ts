import assert from "node:assert/strict";
import type { Chunk } from "../chunk.ts";
import { QueuedTarget, type Sender } from "../queued_target.ts";
import { until } from "../../testing/temporary.ts";
import { LineQueue } from "../line_queue.ts";
import { SpoolBacklog, type SpoolEvents } from "./backlog.ts";
import { Spool } from "./spool.ts";
import { drain, numbered, range, SMALL, withSpoolDirectory } from "./testing.ts";

/** A receiver whose health the test decides, and that may lose what it has taken. */
class Receiver implements Sender {
  readonly separator = 10;
  readonly longestRetryMilliseconds = 100;
  readonly unconfirmed: Sender["unconfirmed"];
  received: number[] = [];
  isUp = true;
  /** How many it has answered. */
  requests = 0;
  /** It answers none before this. */
  free: Promise<void> | undefined;
  lost = () => {};

  constructor(unconfirmed?: Sender["unconfirmed"]) {
    this.unconfirmed = unconfirmed;
  }

  watch(lost: () => void): void {
    this.lost = lost;
  }

  async send(chunk: Chunk): Promise<void> {
    if (!this.isUp) throw new Error("down");
    await this.free;
    this.requests++;
    const ids = [...chunk.eachLine()].map(({ recordId }) => recordId);
    this.received.push(...ids);
    chunk.consumeLines(ids.length);
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {}
}

const options = { flushMilliseconds: 2_000 };

function write(target: QueuedTarget, from: number, count: number): void {
  const marks = range(from, from + count - 1).map((id) => ({ recordId: id, time: id }));
  target.write(marks.map(({ recordId }) => `${recordId} ${"x".repeat(200)}`), count, marks);
}

Deno.test("while the receiver is down everything waits on disk, and comes first when it is back", () =>
  withSpoolDirectory(async (directory) => {
    const receiver = new Receiver();
    const limit = { ...SMALL, limitBytes: 64 * 2 ** 20 };
    const target = new QueuedTarget("receiver", receiver, options, new Spool(directory, limit));
    write(target, 0, 100);
    await target.flush();
    assert.equal(receiver.received.length, 100);
    receiver.isUp = false;
    for (let i = 1; i < 500; i++) {
      write(target, i * 100, 100);
      await target.ready();
    }
    await until(() => target.counters.waiting === 0);
    assert.equal(target.counters.spooled, 49_900);
    receiver.isUp = true;
    for (let i = 500; i < 510; i++) write(target, i * 100, 100);
    await until(() => receiver.received.length === 51_000);
    assert.deepEqual(receiver.received, range(0, 50_999));
    await target.close();
    const { written, dropped, spooled, waiting } = target.counters;
    assert.deepEqual([written, dropped, spooled, waiting], [51_000, 0, 0, 0]);
  }));

Deno.test("what is left when the target closes is delivered by the next run, nothing dropped", () =>
  withSpoolDirectory(async (directory) => {
    const receiver = new Receiver();
    receiver.isUp = false;
    const first = new QueuedTarget("receiver", receiver, options, new Spool(directory, SMALL));
    write(first, 0, 1_000);
    await first.close();
    assert.deepEqual([first.counters.dropped, first.counters.spooled], [0, 1_000]);
    receiver.isUp = true;
    const second = new QueuedTarget("receiver", receiver, options, new Spool(directory, SMALL));
    assert.equal(second.counters.spooled, 1_000);
    write(second, 1_000, 10);
    await until(() => receiver.received.length === 1_010);
    await second.close();
    assert.deepEqual(receiver.received, range(0, 1_009));
    assert.deepEqual([second.counters.written, second.counters.spooled], [1_010, 0]);
  }));

Deno.test("small batches that have to wait share a request", () =>
  withSpoolDirectory(async (directory) => {
    const receiver = new Receiver();
    const target = new QueuedTarget("receiver", receiver, options, new Spool(directory, SMALL));
    receiver.isUp = false;
    for (let i = 0; i < 300; i++) {
      write(target, i, 1);
      while (target.counters.waiting > 0) await new Promise((resolve) => setTimeout(resolve));
    }
    receiver.isUp = true;
    await target.flush();
    assert.deepEqual(receiver.received, range(0, 299));
    assert.ok(receiver.requests <= 3, `${receiver.requests} requests`);

    receiver.requests = 0;
    let release = () => {};
    receiver.free = new Promise((resolve) => release = resolve);
    for (let i = 300; i < 400; i++) {
      write(target, i, 1);
      while (target.counters.waiting > 0) await new Promise((resolve) => setTimeout(resolve));
    }
    release();
    await target.close();
    assert.deepEqual(receiver.received, range(0, 399));
    assert.ok(receiver.requests <= 3, `${receiver.requests} requests`);
    assert.deepEqual([target.counters.waiting, target.counters.spooled], [0, 0]);
  }));

for (const isSpooled of [true, false]) {
  const where = isSpooled ? "on disk" : "in memory";
  Deno.test(`what a receiver can have lost is kept ${where} and comes again, in order`, () =>
    withSpoolDirectory(async (directory) => {
      const receiver = new Receiver({ bytes: 100_000, milliseconds: 60_000 });
      const spool = isSpooled ? new Spool(directory, SMALL) : undefined;
      const target = new QueuedTarget("receiver", receiver, options, spool);
      for (let i = 0; i < 100; i++) {
        write(target, i * 20, 20);
        await target.flush();
      }
      assert.deepEqual(receiver.received, range(0, 1_999));
      receiver.received = [];
      receiver.lost();
      await until(() => receiver.received.at(-1) === 1_999);
      const first = receiver.received[0];
      assert.ok(first > 1_300 && first < 1_700, `from ${first} on`);
      assert.deepEqual(receiver.received, range(first, 1_999));
      assert.deepEqual([target.counters.written, target.counters.resent], [2_000, 2_000 - first]);
      write(target, 2_000, 1);
      await target.close();
      assert.equal(receiver.received.at(-1), 2_000);
      assert.deepEqual([target.counters.waiting, target.counters.spooled], [0, 0]);
    }));
}

/** A spool whose caller learns of a chunk a moment after it was taken. */
class Interrupted extends Spool {
  onTaken = () => {};

  override async take(): Promise<Chunk | undefined> {
    const chunk = await super.take();
    this.onTaken();
    return chunk;
  }
}

Deno.test("what was just taken from disk when the target closes is there in the next run", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Interrupted(directory, SMALL);
    await spool.append(numbered(0, 10));
    const events: SpoolEvents = {
      counters: new QueuedTarget("receiver", new Receiver(), options).counters,
      drop: () => assert.fail("dropped"),
      trouble: assert.fail,
      readable: () => {},
      settled: () => {},
    };
    const backlog = new SpoolBacklog(new LineQueue(2 ** 20, 10), spool, events, undefined);
    spool.onTaken = () => assert.equal(backlog.close(undefined), 0);
    await backlog.take();
    assert.equal(events.counters.spooled, 10);
    const next = new Spool(directory, SMALL);
    assert.deepEqual(await drain(next), range(0, 9));
    next.close();
  }));
