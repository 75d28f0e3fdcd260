/** A spool on a disk that is full: a small tmpfs of its own. */
import assert from "node:assert/strict";
import type { Chunk } from "../chunk.ts";
import { QueuedTarget } from "../queued_target.ts";
import { until } from "../../testing/temporary.ts";
import { Spool } from "./spool.ts";
import { range, SMALL, withSpoolDirectory } from "./testing.ts";

const DISK_BYTES = 512 * 1024;
const ignore = Deno.build.os !== "linux" || Deno.uid() !== 0;

function run(command: string, ...args: string[]): void {
  const { success } = new Deno.Command(command, { args, stdout: "null" }).outputSync();
  assert.ok(success, `${command} ${args.join(" ")}`);
}

function write(target: QueuedTarget, from: number, count: number): void {
  const marks = range(from, from + count - 1).map((id) => ({ recordId: id, time: id }));
  target.write(marks.map(({ recordId }) => `${recordId} ${"x".repeat(200)}`), count, marks);
}

Deno.test({
  name: "full disk: what the receiver takes is delivered all the same, the rest counted, in order",
  ignore,
  fn: () =>
    withSpoolDirectory(async (directory) => {
      Deno.mkdirSync(directory, { mode: 0o700 });
      run("mount", "-t", "tmpfs", "-o", `size=${DISK_BYTES},mode=700`, "tmpfs", directory);
      try {
        const ballast = `${directory}/ballast`;
        const received: number[] = [];
        let isUp = true;
        const sender = {
          separator: 10,
          longestRetryMilliseconds: 50,
          send: (chunk: Chunk) => {
            if (!isUp) return Promise.reject(new Error("down"));
            received.push(...[...chunk.eachLine()].map(({ recordId }) => recordId));
            chunk.consumeLines(chunk.lines);
            return Promise.resolve();
          },
          isFinal: () => false,
          close: () => {},
        };
        const problems: string[] = [];
        const spool = new Spool(directory, { ...SMALL, limitBytes: 8 * 2 ** 20 });
        const target = new QueuedTarget("receiver", sender, {
          queueBytes: 1 << 20,
          onProblem: (message) => problems.push(message),
        }, spool);
        Deno.writeFileSync(ballast, new Uint8Array(DISK_BYTES - 8192));
        for (let i = 0; i < 10; i++) {
          write(target, i * 100, 100);
          await target.flush();
        }
        await until(() => received.length === 1_000);
        assert.equal(target.counters.dropped, 0);
        assert.ok(problems.some((problem) => /cannot spool: No space/.test(problem)), problems[0]);

        isUp = false;
        for (let i = 10; i < 200; i++) {
          write(target, i * 100, 100);
          await target.ready();
        }
        const { dropped, drops } = target.counters;
        assert.ok(dropped > 0);
        assert.equal(drops.queueFull, dropped, "what memory has no room for");
        Deno.removeSync(ballast);
        await until(() => target.counters.spooled > 0);
        isUp = true;
        write(target, 20_000, 1);
        await until(() => received.at(-1) === 20_000);
        assert.equal(received.length + target.counters.dropped, 20_001);
        assert.ok(received.every((id, i) => i === 0 || id > received[i - 1]), "in order, once");
        await target.close();
        assert.deepEqual([target.counters.waiting, target.counters.spooled], [0, 0]);
      } finally {
        run("umount", directory);
      }
    }),
});
