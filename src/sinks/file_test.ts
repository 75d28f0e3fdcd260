import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { openFileTarget } from "./testing.ts";
import { RefusedPathError } from "../files/safe_open.ts";

async function writeTo(target: ReturnType<typeof openFileTarget>, ...lines: string[]) {
  target.write(lines, lines.length);
  await target.flush();
}

const read = (path: string) => Deno.readTextFileSync(path);

Deno.test("lines are appended; a new file is for its owner alone", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    for (const lines of [["a", "\u4e2d"], ["c"]]) {
      const target = openFileTarget(path);
      await writeTo(target, ...lines);
      await target.close();
      assert.equal(target.counters.written, lines.length);
    }
    assert.equal(read(path), "a\n\u4e2d\nc\n");
    assert.equal(Deno.statSync(path).mode! & 0o7777, 0o600);
  }));

Deno.test("a line that an earlier run left torn does not spoil the next", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    Deno.writeTextFileSync(path, "whole\ntor");
    const target = openFileTarget(path);
    await writeTo(target, "next");
    await target.close();
    assert.equal(read(path), "whole\ntor\nnext\n");
  }));

Deno.test("what is not a file of ours is refused, untouched", () =>
  withDirectory(async (directory) => {
    const victim = `${directory}/victim`;
    Deno.writeTextFileSync(victim, "precious\n");
    Deno.symlinkSync(victim, `${directory}/link`);
    Deno.symlinkSync(`${directory}/nowhere`, `${directory}/dangling`);
    Deno.linkSync(victim, `${directory}/hardlink`);
    assert.ok(new Deno.Command("mkfifo", { args: [`${directory}/fifo`] }).outputSync().success);
    for (
      const [name, words] of [
        ["link", /is a symbolic link/],
        ["dangling", /is a symbolic link/],
        ["hardlink", /has other hard links/],
        ["fifo", /is not a regular file/],
        [".", /is not a regular file/],
      ] as const
    ) {
      assert.throws(
        () => openFileTarget(`${directory}/${name}`),
        (error) => error instanceof RefusedPathError && words.test(error.message),
      );
    }
    assert.throws(() => openFileTarget("/dev/null"), /is not a regular file/);
    assert.throws(() => openFileTarget(`${directory}/absent/events`), Deno.errors.NotFound);
    assert.equal(read(victim), "precious\n");
    assert.throws(() => Deno.lstatSync(`${directory}/nowhere`), Deno.errors.NotFound);
    await Promise.resolve();
  }));

Deno.test({
  name: "another user's file is refused",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withDirectory((directory) => {
      const path = `${directory}/events`;
      Deno.writeTextFileSync(path, "");
      Deno.chownSync(path, 65534, 65534);
      assert.throws(() => openFileTarget(path), /belongs to user 65534/);
      return Promise.resolve();
    }),
});

Deno.test("rotation by size and count, between lines", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: 10, count: 2 } });
    await writeTo(target, "1111", "2222", "3333", "4444", "5555");
    assert.equal(read(path), "5555\n");
    assert.equal(read(`${path}.1`), "3333\n4444\n");
    assert.equal(read(`${path}.2`), "1111\n2222\n");
    await writeTo(target, "6666", "7", "8");
    assert.equal(read(path), "7\n8\n");
    assert.equal(read(`${path}.1`), "5555\n6666\n");
    assert.equal(read(`${path}.2`), "3333\n4444\n");
    assert.throws(() => Deno.lstatSync(`${path}.3`), Deno.errors.NotFound);
    assert.equal(Deno.statSync(path).mode! & 0o7777, 0o600);
    await target.close();
    assert.equal(target.counters.written, 8);
  }));

Deno.test("a line longer than the size has a file of its own", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: 10, count: 5 } });
    await writeTo(target, "a", "x".repeat(1000), "b");
    await target.close();
    assert.equal(read(`${path}.2`), "a\n");
    assert.equal(read(`${path}.1`), "x".repeat(1000) + "\n");
    assert.equal(read(path), "b\n");
  }));

Deno.test("rotation goes by what the file held before, and count 0 empties it", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    Deno.writeTextFileSync(path, "1234567\n", { mode: 0o600 });
    const target = openFileTarget(path, { rotation: { size: 10, count: 0 } });
    await writeTo(target, "abc");
    await target.close();
    assert.equal(read(path), "abc\n");
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["events"]);
  }));

Deno.test("when rotation fails, people are told and the file grows on", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const problems: string[] = [];
    Deno.mkdirSync(`${path}.1/in/the/way`, { recursive: true });
    const target = openFileTarget(path, {
      rotation: { size: 10, count: 1 },
      onProblem: (message) => problems.push(message),
    });
    await writeTo(target, "1111", "2222", "3333");
    await target.close();
    assert.equal(read(path), "1111\n2222\n3333\n");
    assert.equal(problems.length, 1);
    assert.match(problems[0], /events: cannot rotate: .*; it grows on/);
  }));

Deno.test("a file that was moved away, or replaced, is made anew", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const problems: string[] = [];
    const target = openFileTarget(path, { onProblem: (message) => problems.push(message) });
    await writeTo(target, "a");
    Deno.renameSync(path, `${path}.old`);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await writeTo(target, "b");
    assert.equal(read(path), "b\n");

    Deno.removeSync(path);
    Deno.symlinkSync(`${path}.old`, path);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await writeTo(target, "c");
    assert.equal(read(`${path}.old`), "a\n", "a link in its place is not followed");
    assert.match(problems[0], /is a symbolic link/);

    Deno.removeSync(path);
    await target.flush();
    assert.equal(read(path), "c\n");
    await target.close();
    assert.deepEqual([target.counters.written, target.counters.dropped], [3, 0]);
  }));

Deno.test("100 MB of lines arrive whole", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path);
    const lines = Array.from({ length: 1000 }, (_, i) => `${i} ${"x".repeat(495)}`);
    for (let i = 0; i < 200; i++) {
      target.write(lines, lines.length);
      await target.ready();
    }
    await target.close();
    assert.deepEqual([target.counters.written, target.counters.dropped], [200_000, 0]);
    assert.equal(Deno.statSync(path).size, target.counters.bytes);
    assert.ok(read(path) === (lines.join("\n") + "\n").repeat(200));
  }));
