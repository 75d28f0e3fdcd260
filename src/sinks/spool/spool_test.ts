import assert from "node:assert/strict";
import type { Chunk } from "../chunk.ts";
import { RefusedPathError } from "../../files/safe_open.ts";
import { Spool } from "./spool.ts";
import { drain, idsOf, numbered, range, SMALL, withSpoolDirectory } from "./testing.ts";

const segmentsIn = (directory: string) =>
  [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name.endsWith(".spool"))
    .sort();

Deno.test("what was not confirmed comes again after a restart, in order, with its record ids", () =>
  withSpoolDirectory(async (directory) => {
    // Two of this size are too much to come back together.
    const options = { ...SMALL, limitBytes: 16 * 2 ** 20 };
    const first = new Spool(directory, options);
    for (let i = 0; i < 10; i++) assert.ok(await first.append(numbered(i * 100, 100, 1_400)));
    assert.deepEqual(idsOf((await first.take())!), range(0, 99));
    assert.deepEqual(idsOf((await first.take())!), range(100, 199));
    first.confirm({ ...first.cursor });
    assert.deepEqual(idsOf((await first.take())!), range(200, 299));
    first.close();

    const second = new Spool(directory, options);
    assert.equal(second.lines, 800);
    assert.ok(await second.append(numbered(1000, 100)));
    assert.deepEqual(await drain(second), range(200, 1099));
    assert.deepEqual(second.losses, { full: 0, damaged: 0 });
    second.close();

    const third = new Spool(directory, options);
    assert.deepEqual(await drain(third), []);
    assert.deepEqual(segmentsIn(directory), [], "confirmed segments are removed");
    third.close();
  }));

Deno.test("small chunks come back together, as far as line numbers go on and 256 KiB reach", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Spool(directory, { ...SMALL, limitBytes: 16 * 2 ** 20 });
    for (let i = 0; i < 3_000; i++) await spool.append(numbered(i, 1));
    const chunks: Chunk[] = [];
    for (let chunk = await spool.take(); chunk !== undefined; chunk = await spool.take()) {
      assert.ok(chunk.end <= 256 * 1024);
      chunks.push(chunk);
    }
    assert.deepEqual(chunks.flatMap(idsOf), range(0, 2_999));
    assert.equal(chunks.length, 2);

    // As a receiver that has lost what it had taken gets them.
    spool.rewind({ segment: 1, offset: 0, line: 0 });
    assert.deepEqual(idsOf((await spool.take())!), idsOf(chunks[0]));
    spool.close();
  }));

Deno.test("a damaged frame ends what comes back together; those behind it come next", () =>
  withSpoolDirectory(async (directory) => {
    const written = new Spool(directory, SMALL);
    for (let i = 0; i < 100; i++) await written.append(numbered(i, 1));
    written.close();
    const path = `${directory}/${segmentsIn(directory)[0]}`;
    const bytes = Deno.readFileSync(path);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("50 x");
    bytes[at] ^= 0x55;
    Deno.writeFileSync(path, bytes);
    const spool = new Spool(directory, SMALL);
    assert.deepEqual(idsOf((await spool.take())!), range(0, 49));
    assert.deepEqual(idsOf((await spool.take())!), range(51, 99));
    assert.deepEqual([spool.losses.damaged, await spool.take()], [1, undefined]);
    spool.close();
  }));

Deno.test("a process that is killed leaves everything it had appended", () =>
  withSpoolDirectory(async (directory) => {
    const program = `
      import { Spool } from ${JSON.stringify(new URL("./spool.ts", import.meta.url).href)};
      import { numbered, SMALL } from ${
      JSON.stringify(new URL("./testing.ts", import.meta.url).href)
    };
      const spool = new Spool(${JSON.stringify(directory)}, SMALL);
      for (let i = 0; i < 20; i++) {
        await spool.append(numbered(i * 100, 100));
        if (i < 5) { await spool.take(); spool.confirm(spool.cursor); spool.savePosition(); }
      }
      Deno.kill(Deno.pid, "SIGKILL");`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        "--no-lock",
        `data:text/typescript,${encodeURIComponent(program)}`,
      ],
    });
    assert.equal((await child.output()).signal, "SIGKILL");
    const spool = new Spool(directory, SMALL);
    assert.deepEqual(await drain(spool), range(500, 1999));
    spool.close();
  }));

Deno.test("a torn end is cut off, whatever the byte it ends at", () =>
  withSpoolDirectory(async (directory) => {
    const whole = new Spool(directory, SMALL);
    await whole.append(numbered(0, 5));
    await whole.append(numbered(5, 5));
    whole.close();
    const path = `${directory}/${segmentsIn(directory)[0]}`;
    const bytes = Deno.readFileSync(path);
    for (let cut = bytes.length / 2; cut < bytes.length; cut += 7) {
      for (const name of segmentsIn(directory)) Deno.removeSync(`${directory}/${name}`);
      Deno.removeSync(`${directory}/position`);
      Deno.writeFileSync(path, bytes.subarray(0, cut));
      const spool = new Spool(directory, SMALL);
      assert.equal(spool.tornBytes, cut - bytes.length / 2);
      await spool.append(numbered(5, 3));
      assert.deepEqual(await drain(spool), range(0, 7));
      assert.equal(spool.losses.damaged, 0);
      spool.close();
    }
  }));

Deno.test("damage anywhere costs the frames it hits, counted line by line, and no other", () =>
  withSpoolDirectory(async (directory) => {
    const options = { ...SMALL, limitBytes: 16 * 2 ** 20 };
    const written = new Spool(directory, options);
    for (let i = 0; i < 100; i++) await written.append(numbered(i * 100, 100, 200));
    written.close();
    const names = segmentsIn(directory);
    assert.ok(names.length > 1, `${names.length} segments`);
    const [first, second] = names.map((name) => `${directory}/${name}`);
    const bytes = Deno.readFileSync(first);
    const frame = bytes.length / Math.round(bytes.length / 22_590);
    for (const at of [3, frame * 2 + 9, frame * 4 + 1000, frame * 4 + 2000, bytes.length - 1]) {
      bytes[Math.floor(at)] ^= 0x55;
    }
    Deno.writeFileSync(first, bytes);
    if (names.length > 2) Deno.removeSync(second);

    const spool = new Spool(directory, options);
    const ids = await drain(spool);
    assert.equal(ids.length + spool.losses.damaged, 10_000);
    assert.ok(spool.losses.damaged >= 400, `${spool.losses.damaged} lines lost`);
    assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]), "in order");
    spool.close();
  }));

Deno.test("a damaged position means more duplicates, nothing else", () =>
  withSpoolDirectory(async (directory) => {
    const first = new Spool(directory, SMALL);
    await first.append(numbered(0, 10));
    await first.append(numbered(10, 10));
    await first.take();
    first.confirm(first.cursor);
    first.close();
    for (const text of ["", "{", '{"segment":9,"offset":0,"line":99}\t12\n']) {
      Deno.writeTextFileSync(`${directory}/position`, text);
      const spool = new Spool(directory, SMALL);
      let ids: number[] = [];
      for (let chunk = await spool.take(); chunk !== undefined; chunk = await spool.take()) {
        ids = [...ids, ...idsOf(chunk)];
      }
      assert.deepEqual(ids, range(0, 19));
      spool.close();
    }
  }));

for (const full of ["oldest", "newest"] as const) {
  Deno.test(`a full spool drops the ${full}, counts them, and never exceeds its limit`, () =>
    withSpoolDirectory(async (directory) => {
      const spool = new Spool(directory, { ...SMALL, full });
      for (let i = 0; i < 200; i++) {
        await spool.append(numbered(i * 100, 100));
        assert.ok(spool.bytes <= SMALL.limitBytes);
      }
      const { full: lost } = spool.losses;
      assert.ok(lost > 0);
      const ids = await drain(spool);
      assert.equal(ids.length + lost, 20_000);
      assert.equal(ids[0], full === "oldest" ? lost : 0);
      assert.deepEqual(ids, range(ids[0], ids[0] + ids.length - 1), "no hole in what is left");
      assert.equal(spool.losses.damaged, 0);
      await spool.append(numbered(20_000, 100));
      assert.deepEqual(await drain(spool), range(20_000, 20_099));
      spool.close();
    }));
}

Deno.test("dropping the oldest reads nothing: what others removed costs its lines, and is no fault", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Spool(directory, SMALL);
    let lines = 0;
    const append = async () => {
      assert.ok(await spool.append(numbered(lines, 100)));
      lines += 100;
    };
    while (segmentsIn(directory).length < 3) await append();
    Deno.removeSync(`${directory}/${segmentsIn(directory)[1]}`);
    while (spool.losses.full === 0) await append();
    const ids = await drain(spool);
    const { full, damaged } = spool.losses;
    assert.ok(damaged > 0);
    assert.equal(ids.length + full + damaged, lines);
    assert.deepEqual(ids, range(full + damaged, lines - 1));
    spool.close();
  }));

Deno.test("a chunk that alone exceeds the limit is dropped and counted", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Spool(directory, SMALL);
    assert.equal(await spool.append(numbered(0, 1, 2 ** 20)), false);
    assert.equal(spool.losses.full, 1);
    spool.close();
  }));

Deno.test("files are for their owner alone; a second process is refused, and a foreign directory", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Spool(directory, SMALL);
    await spool.append(numbered(0, 1));
    spool.savePosition();
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
    for (const { name } of Deno.readDirSync(directory)) {
      assert.equal(Deno.statSync(`${directory}/${name}`).mode! & 0o777, 0o600, name);
    }
    assert.throws(() => new Spool(directory, SMALL), /used by another process/);
    spool.close();
    Deno.chmodSync(directory, 0o777);
    assert.throws(() => new Spool(directory, SMALL), RefusedPathError);
  }));

Deno.test("a directory that is removed is made anew within a second; what was in it is counted", () =>
  withSpoolDirectory(async (directory) => {
    const spool = new Spool(directory, SMALL);
    await spool.append(numbered(0, 100));
    Deno.removeSync(directory, { recursive: true });
    let next = 100;
    const isThere = () => {
      try {
        return segmentsIn(directory).length > 0;
      } catch {
        return false;
      }
    };
    for (const start = performance.now(); !isThere() && performance.now() - start < 10_000;) {
      await spool.append(numbered(next++, 1));
    }
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
    assert.throws(() => new Spool(directory, SMALL), RefusedPathError, "locked again");
    await spool.append(numbered(next, 100));
    const ids = await drain(spool);
    assert.deepEqual(ids, range(next + 100 - ids.length, next + 99));
    assert.equal(spool.losses.damaged + spool.losses.full + ids.length, next + 100);
    spool.close();
  }));
