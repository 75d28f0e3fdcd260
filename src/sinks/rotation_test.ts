import assert from "node:assert/strict";
import { until, withDirectory } from "../testing/temporary.ts";
import { OldFiles } from "./rotation.ts";
import { openFileTarget } from "./testing.ts";

const namesIn = (directory: string) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

async function textOf(path: string): Promise<string> {
  const file = await Deno.open(path);
  const text = path.endsWith(".gz")
    ? file.readable.pipeThrough(new DecompressionStream("gzip"))
    : file.readable;
  return await new Response(text).text();
}

const line = (number: number) => `${String(number).padStart(6)} ${"x".repeat(92)}`;

Deno.test("old files are compressed while writing and rotating go on; none is lost", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: 10_000, count: 100, gzip: true } });
    for (let i = 0; i < 5_000; i += 50) {
      target.write(Array.from({ length: 50 }, (_, k) => line(i + k)), 50);
      await target.flush();
    }
    const old = () => namesIn(directory).filter((name) => name !== "events");
    await until(() => old().every((name) => /^events\.\d+\.gz$/.test(name)));
    await target.close();
    let text = await textOf(path);
    for (let number = 1; number <= old().length; number++) {
      const at = `${path}.${number}.gz`;
      assert.equal(Deno.statSync(at).mode! & 0o777, 0o600);
      text = await textOf(at) + text;
    }
    assert.deepEqual(text.split("\n").slice(0, -1).map(Number.parseFloat), [
      ...Array(5_000).keys(),
    ]);
  }));

Deno.test("what is compressed is the file that had the number, however soon it is another's", () =>
  withDirectory(async (directory) => {
    const numbers = [1, 2, 3, 4];
    for (let run = 0; run < 50; run++) {
      const path = `${directory}/${run}/events`;
      Deno.mkdirSync(`${directory}/${run}`);
      for (const number of numbers) Deno.writeTextFileSync(`${path}.${number}`, `${number}`);
      const old = new OldFiles(path, { size: 10, count: 100, gzip: true }, assert.fail);
      old.rotate();
      const isDone = (name: string) => /^events\.\d\.gz$/.test(name);
      await until(() => namesIn(`${directory}/${run}`).every(isDone));
      old.close();
      const texts = await Promise.all(numbers.map((number) => textOf(`${path}.${number + 1}.gz`)));
      assert.deepEqual(texts, numbers.map(String));
    }
  }));

Deno.test("what an earlier run had not compressed, and its unfinished part, are taken care of", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    Deno.writeTextFileSync(`${path}.2`, "second\n");
    Deno.writeTextFileSync(`${path}.3.gz`, "third");
    Deno.writeTextFileSync(`${path}.gz.part`, "torn");
    const old = new OldFiles(path, { size: 10, count: 3, gzip: true }, assert.fail);
    await until(() => namesIn(directory).join() === "events.2.gz,events.3.gz");
    assert.equal(await textOf(`${path}.2.gz`), "second\n");
    old.close();
  }));

Deno.test("rotating moves every old file by one, leaves gaps, and touches no other file", () =>
  withDirectory((directory) => {
    const names = ["", ".2", ".7.gz", ".10", ".12", ".01", ".x", ".3.gz.part", "2.1"];
    for (const name of names) Deno.writeTextFileSync(`${directory}/events${name}`, name);
    const path = `${directory}/events`;
    const old = new OldFiles(path, { size: 10, count: 10 }, assert.fail);
    old.rotate();
    const moved = namesIn(directory).map((name) => {
      return [name.slice("events".length), Deno.readTextFileSync(`${directory}/${name}`)];
    });
    assert.deepEqual(Object.fromEntries(moved), {
      ".1": "",
      ".3": ".2",
      ".8.gz": ".7.gz",
      ".12": ".12",
      ".01": ".01",
      ".x": ".x",
      ".3.gz.part": ".3.gz.part",
      "2.1": "2.1",
    });
    old.close();
    return Promise.resolve();
  }));

Deno.test("what cannot be compressed is told and stays; writing and rotating go on", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    // A directory that is not empty is not removed in favour of a file.
    Deno.mkdirSync(`${path}.gz.part/mine`, { recursive: true });
    const told: string[] = [];
    const rotation = { size: 1_000, count: 3, gzip: true };
    const target = openFileTarget(path, { rotation, onProblem: (message) => told.push(message) });
    for (let i = 0; i < 40; i++) {
      target.write([line(i)], 1);
      await target.flush();
    }
    await target.close();
    assert.deepEqual(namesIn(directory), [
      "events",
      "events.1",
      "events.2",
      "events.3",
      "events.gz.part",
    ]);
    assert.match(await textOf(path), /^ +39 x+$/m);
    assert.match(told[0], /cannot compress an old file: .*not empty/i);
  }));

Deno.test("the total is never exceeded, compressed or not", () =>
  withDirectory(async (directory) => {
    for (const gzip of [false, true]) {
      const path = `${directory}/${gzip}`;
      Deno.mkdirSync(path);
      const rotation = { size: 10_000, count: 1000, total: 50_000, gzip };
      const target = openFileTarget(`${path}/events`, { rotation });
      for (let i = 0; i < 3_000; i += 30) {
        target.write(Array.from({ length: 30 }, () => crypto.randomUUID().repeat(2)), 30);
        await target.flush();
        const sizes = namesIn(path).filter((name) => !name.endsWith(".part"))
          .map((name) => Deno.statSync(`${path}/${name}`).size);
        const sum = sizes.reduce((sum, size) => sum + size, 0);
        assert.ok(sum <= 50_000, `${sum} bytes`);
      }
      assert.ok(namesIn(path).length > 3);
      await target.close();
    }
  }));

Deno.test("a file is rotated when it is old, but not while it is empty", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: Infinity, count: 5, age: 300 } });
    await new Promise((resolve) => setTimeout(resolve, 350));
    target.write(["a"], 1);
    await target.flush();
    assert.deepEqual(namesIn(directory), ["events"]);
    await until(() => {
      target.write(["b"], 1);
      return namesIn(directory).length > 1;
    });
    assert.match(await textOf(`${path}.1`), /^a\n/);
    await target.close();
  }));

Deno.test("a wall clock that is set back an hour does not keep a file from growing old", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: Infinity, count: 5, age: 300 } });
    target.write(["a"], 1);
    await target.flush();
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    try {
      await until(() => {
        target.write(["b"], 1);
        return namesIn(directory).length > 1;
      });
    } finally {
      Date.now = now;
    }
    assert.match(await textOf(`${path}.1`), /^a\n/);
    await target.close();
  }));

Deno.test("a file truncated from outside goes on at its new end, without a hole", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/events`;
    const target = openFileTarget(path, { rotation: { size: 1_000, count: 5 } });
    const lines = ["0123456789".repeat(9)];
    for (let i = 0; i < 5; i++) target.write(lines, 1);
    await target.flush();
    Deno.truncateSync(path);
    target.write(["after"], 1);
    await target.flush();
    assert.equal(await textOf(path), "after\n");
    await target.close();
  }));
