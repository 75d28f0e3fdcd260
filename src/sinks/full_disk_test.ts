/**
 * A file target on a disk that is full: a small tmpfs of its own.
 */
import assert from "node:assert/strict";
import { fill, HAS_SMALL_DISKS, withSmallDisk } from "../testing/small_disk.ts";
import { openFileTarget } from "./testing.ts";

const DISK_BYTES = 256 * 1024;

const lineOf = (number: number) => `${number} ${"x".repeat(990)}`;

function numbersIn(path: string): number[] {
  return Deno.readTextFileSync(path).split("\n").slice(0, -1).map((line) => {
    const number = Number(line.split(" ")[0]);
    assert.equal(line, lineOf(number), "no line is torn");
    return number;
  });
}

Deno.test({
  name: "full disk: no torn line, drops counted and told, goes on by itself when there is room",
  ignore: !HAS_SMALL_DISKS,
  fn: () =>
    withSmallDisk(DISK_BYTES, async (directory) => {
      const path = `${directory}/events`;
      const ballast = `${directory}/ballast`;
      Deno.writeFileSync(ballast, new Uint8Array(DISK_BYTES / 2));
      const problems: string[] = [];
      const target = openFileTarget(path, {
        queueBytes: 100_000,
        onProblem: (message) => problems.push(message),
      });

      let next = 0;
      const write = (count: number) =>
        target.write(Array.from({ length: count }, () => lineOf(next++)), count);
      while (target.counters.errors === 0) {
        write(10);
        await target.flush();
      }
      const onDisk = target.counters.written;
      assert.deepEqual(numbersIn(path), Array.from({ length: onDisk }, (_, i) => i));
      assert.match(problems[0], /^file .*events: cannot write: .*No space left/);

      while (target.counters.dropped === 0) write(10);
      assert.equal(target.ready(), undefined, "a full disk does not hold others up");

      Deno.removeSync(ballast);
      const deadline = performance.now() + 60_000;
      while (target.counters.written === onDisk) {
        assert.ok(performance.now() < deadline, "it did not go on by itself");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await target.flush();
      write(1);
      await target.close();

      const { written, dropped, bytes } = target.counters;
      assert.equal(written + dropped, next);
      assert.equal(bytes, Deno.statSync(path).size);
      const numbers = numbersIn(path);
      assert.equal(numbers.length, written);
      assert.equal(numbers.at(-1), next - 1);
      assert.ok(numbers.every((number, i) => i === 0 || number > numbers[i - 1]));
      assert.match(problems[1], /writing again; \d+ events were dropped/);
      assert.equal(problems.length, 2);
    }),
});

Deno.test({
  name: "full disk from the start: the target opens and goes on when there is room",
  ignore: !HAS_SMALL_DISKS,
  fn: () =>
    withSmallDisk(DISK_BYTES, async (directory) => {
      const path = `${directory}/events`;
      const ballast = `${directory}/ballast`;
      fill(ballast);
      const target = openFileTarget(path);
      target.write([lineOf(0)], 1);
      await target.flush();
      assert.equal(target.counters.written, 0);
      Deno.removeSync(ballast);
      await target.flush();
      await target.close();
      assert.deepEqual(numbersIn(path), [0]);
    }),
});
