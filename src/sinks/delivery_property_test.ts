/** Whatever a receiver does: every line is delivered, on disk, or counted under a named limit. */
import assert from "node:assert/strict";
import { Random } from "../testing/random.ts";
import type { Chunk } from "./chunk.ts";
import { QueuedTarget, RetryLater, type Sender } from "./queued_target.ts";
import { Spool } from "./spool/spool.ts";
import { withSpoolDirectory } from "./spool/testing.ts";
import type { TargetCounters } from "./target.ts";

const SEEDS = 15;
const RUNS = 4;
const ROUNDS = 60;

/** A receiver that takes, refuses, fails, pauses, stops short and forgets at random. */
class Unreliable implements Sender {
  readonly separator = 10;
  readonly longestRetryMilliseconds = 1;
  readonly unconfirmed: Sender["unconfirmed"];
  readonly received = new Set<number>();
  readonly order: number[] = [];
  /** Refused once, they may be taken when they come again. */
  readonly refused = new Set<number>();
  isWell = false;
  #lost = () => {};
  readonly #random: Random;

  constructor(random: Random, unconfirmed: Sender["unconfirmed"]) {
    this.#random = random;
    this.unconfirmed = unconfirmed;
  }

  watch(lost: () => void): void {
    this.#lost = lost;
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const fate = this.isWell ? 0 : this.#random.below(12);
    if (fate === 1) throw new Error("reset");
    if (fate === 2) throw new RetryLater("busy", this.#random.below(3));
    if (fate === 3) await new Promise((resolve) => setTimeout(resolve, this.#random.below(4)));
    signal.throwIfAborted();
    if (fate === 4) return this.#take(chunk, this.#random.below(chunk.lines + 1));
    if (fate === 5) {
      this.#take(chunk, this.#random.below(chunk.lines + 1));
      throw new Error("reset in between");
    }
    if (fate === 6) {
      this.refused.add(chunk.recordId);
      chunk.discardLine("refused");
      return;
    }
    if (fate === 7 && this.unconfirmed !== undefined) {
      this.#lost();
      throw new Error("connection lost");
    }
    this.#take(chunk, chunk.lines);
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {}

  #take(chunk: Chunk, count: number): void {
    for (const { recordId } of [...chunk.eachLine()].slice(0, count)) {
      if (!this.received.has(recordId)) this.order.push(recordId);
      this.received.add(recordId);
    }
    chunk.consumeLines(count);
  }
}

const sumOf = ({ drops }: TargetCounters) => Object.values(drops).reduce((sum, n) => sum + n, 0);

for (const isSpooled of [true, false]) {
  Deno.test(`nothing is lost without a count, ${isSpooled ? "with" : "without"} a spool`, () =>
    withSpoolDirectory(async (directory) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const random = new Random(seed);
        const keeps = random.below(2) === 0;
        const unconfirmed = keeps ? { bytes: 20_000, milliseconds: 60_000 } : undefined;
        const receiver = new Unreliable(random, unconfirmed);
        const full = random.below(2) === 0 ? "oldest" : "newest";
        // Small enough to be full now and then.
        const limitBytes = 200_000 + random.below(800_000);
        let next = 0;
        let dropped = 0;
        let left = 0;
        for (let run = 0; run < RUNS; run++) {
          const spool = isSpooled
            ? new Spool(`${directory}-${seed}`, { separator: 10, limitBytes, full })
            : undefined;
          const options = { queueBytes: 100_000, flushMilliseconds: random.below(20) };
          const target = new QueuedTarget("receiver", receiver, options, spool);
          const begun = next;
          const found = target.counters.spooled;
          assert.ok(found >= left, `seed ${seed}: ${left} lines were left, ${found} are there`);
          receiver.isWell = false;
          for (let round = 0; round < ROUNDS; round++) {
            const count = 1 + random.below(80);
            const marks = Array.from({ length: count }, () => ({ recordId: next++, time: 0 }));
            const lines = marks.map(({ recordId }) =>
              `${recordId} ${"x".repeat(random.below(400))}`
            );
            target.write(lines, count, marks);
            if (random.below(3) === 0) await target.ready();
            if (random.below(4) === 0) await new Promise((resolve) => setTimeout(resolve));
            if (random.below(30) === 0) await target.flush();
          }
          if (run === RUNS - 1) {
            receiver.isWell = true;
            const deadline = performance.now() + 20_000;
            while (target.counters.waiting + target.counters.spooled > 0) {
              assert.ok(performance.now() < deadline, `seed ${seed}: never done`);
              await new Promise((resolve) => setTimeout(resolve, 1));
            }
          }
          await target.close();
          const { counters } = target;
          const given = next - begun + found;
          const accounted = counters.written + counters.dropped + counters.spooled;
          const told = `seed ${seed}, run ${run}: ${given} given, ${JSON.stringify(counters)}`;
          assert.equal(counters.waiting, 0, told);
          assert.equal(sumOf(counters), counters.dropped, told);
          // What is to be delivered for another time is counted as delivered already.
          if (keeps) assert.ok(accounted >= given, told);
          else assert.equal(accounted, given, told);
          dropped += counters.dropped;
          left = counters.spooled;
        }
        const missing = next - receiver.received.size;
        assert.ok(missing <= dropped, `seed ${seed}: ${missing} missing, ${dropped} counted`);
        const order = receiver.order.filter((id) => !receiver.refused.has(id));
        assert.ok(order.every((id, i) => i === 0 || id > order[i - 1]), `seed ${seed}: order`);
      }
      for (let seed = 1; seed <= SEEDS && isSpooled; seed++) {
        await Deno.remove(`${directory}-${seed}`, { recursive: true });
      }
    }));
}
