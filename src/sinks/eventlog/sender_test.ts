/** What Windows refuses, played: on Linux there is no event log. tests/windows/event_log.ts has one. */
import assert from "node:assert/strict";
import { eventProvider } from "../../schema/mod.ts";
import { QueuedTarget } from "../queued_target.ts";
import { parseSink, SinkSyntaxError } from "../spec.ts";
import { type EventLogCalls, EventLogSender } from "./sender.ts";

const provider = eventProvider("monomi");

/** Takes lines until one is in `refusals`, whose code it gives, once where `once` says so. */
class FakeLog implements EventLogCalls {
  readonly taken: string[] = [];
  readonly refusals: Map<string, number>;
  closed = 0;
  readonly #once: boolean;

  constructor(refusals: Readonly<Record<string, number>>, once = false) {
    this.refusals = new Map(Object.entries(refusals));
    this.#once = once;
  }

  open(bytes: Uint8Array<ArrayBuffer>): number {
    assert.equal(bytes, provider.guidBytes);
    return 3;
  }

  write(log: number, bytes: Uint8Array<ArrayBuffer>): { written: number; code: number } {
    assert.equal(log, 3);
    const lines = new TextDecoder().decode(bytes).split("\x1e");
    assert.equal(lines.pop(), "");
    for (const [written, line] of lines.entries()) {
      const code = this.refusals.get(line);
      if (this.#once) this.refusals.delete(line);
      if (code !== undefined) return { written, code };
      this.taken.push(line);
    }
    return { written: lines.length, code: 0 };
  }

  close(log: number): void {
    assert.equal(log, 3);
    this.closed++;
  }
}

async function deliver(calls: FakeLog): Promise<[QueuedTarget, string[]]> {
  const told: string[] = [];
  const onProblem = (message: string) => void told.push(message);
  const sender = new EventLogSender({ calls, provider });
  const target = new QueuedTarget("eventlog", sender, { onProblem, lossless: true });
  target.write(["a", "b", "c"], 3, [17, 18, 19].map((recordId) => ({ recordId, time: 0 })));
  await target.close();
  return [target, told];
}

Deno.test("an event that Windows will never take is counted, the others are written", async () => {
  for (const code of [13, 87, 234, 534]) {
    const calls = new FakeLog({ b: code });
    const [{ counters }, told] = await deliver(calls);
    assert.deepEqual(calls.taken, ["a", "c"]);
    assert.deepEqual([counters.written, counters.drops.undeliverable], [2, 1]);
    assert.match(told[0], /refuses event 18: it/);
    assert.equal(calls.closed, 1);
  }
});

Deno.test("what Windows refuses for now comes again, in order", async () => {
  for (const code of [8, 1502, 15_007, 5]) {
    const calls = new FakeLog({ b: code }, true);
    const [{ counters }, told] = await deliver(calls);
    assert.deepEqual(calls.taken, ["a", "b", "c"]);
    assert.deepEqual([counters.written, counters.dropped, counters.errors], [3, 0, 1]);
    assert.equal(/schema --eventlog/.test(told[0]), code === 15_007, told[0]);
  }
});

Deno.test({
  name: "outside of Windows the target is refused, with what to use instead",
  ignore: Deno.build.os === "windows",
  fn() {
    assert.throws(
      () => parseSink("xml:eventlog"),
      (error) => error instanceof SinkSyntaxError && /use journald/.test(error.message),
    );
  },
});

Deno.test({
  name: "on Windows it has one form",
  ignore: Deno.build.os !== "windows",
  fn() {
    assert.equal(parseSink("xml:eventlog").place.kind, "eventlog");
    assert.throws(() => parseSink("json:eventlog"), /write xml:eventlog/);
    assert.throws(() => parseSink("xml:eventlog,ident=x"), /no options/);
  },
});
