import assert from "node:assert/strict";
import { fill, HAS_SMALL_DISKS, withSmallDisk } from "../testing/small_disk.ts";
import { withDirectory } from "../testing/temporary.ts";
import { DurableRecordIds, RecordIdError } from "./record_ids.ts";

const MODULE = new URL("./record_ids.ts", import.meta.url).href;

const withStateDirectory = (test: (directory: string) => Promise<void> | void) =>
  withDirectory((directory) => test(`${directory}/state`));

function open(directory: string, told: string[] = []): DurableRecordIds {
  return new DurableRecordIds(directory, (message) => told.push(message));
}

Deno.test("numbers begin at 1 and go on after a stop without a gap", () =>
  withStateDirectory((directory) => {
    for (const first of [1, 4, 7]) {
      const ids = open(directory);
      assert.deepEqual([ids.next(), ids.next(), ids.next()], [first, first + 1, first + 2]);
      ids.close();
    }
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(`${directory}/record-ids`).mode! & 0o777, 0o600);
  }));

Deno.test("no number is used twice, however often and wherever the process is killed", () =>
  withStateDirectory(async (directory) => {
    let last = 0;
    for (const count of [1, 5, 2_000_000, 3]) {
      const program = `
        import { DurableRecordIds } from ${JSON.stringify(MODULE)};
        const ids = new DurableRecordIds(${JSON.stringify(directory)}, () => {});
        const first = ids.next();
        let last = first;
        for (let i = 1; i < ${count}; i++) last = ids.next();
        await Deno.stdout.write(new TextEncoder().encode(first + " " + last));
        Deno.kill(Deno.pid, "SIGKILL");`;
      const { stdout, signal } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", `data:text/typescript,${encodeURIComponent(program)}`],
        stderr: "null",
      }).output();
      assert.equal(signal, "SIGKILL");
      const [first, end] = new TextDecoder().decode(stdout).split(" ").map(Number);
      assert.ok(first > last, `${first} after ${last}`);
      assert.equal(end, first + count - 1);
      last = end;
    }
  }));

Deno.test("a damaged file makes numbers jump ahead, and is told", () =>
  withStateDirectory((directory) => {
    const first = open(directory);
    const used = first.next();
    first.close();
    for (const text of ["", "12", "-1\n", "1e9\n", "99999999999999999\n"]) {
      Deno.writeTextFileSync(`${directory}/record-ids`, text);
      const told: string[] = [];
      const ids = open(directory, told);
      const next = ids.next();
      assert.ok(next > used && Number.isSafeInteger(next + 1e12));
      assert.match(told[0], /record-ids is damaged/);
      ids.close();
    }
  }));

Deno.test({
  name:
    "on a disk that is full numbers go on, none is used twice, and they are kept when there is room",
  ignore: !HAS_SMALL_DISKS,
  fn: () =>
    withSmallDisk(64 * 1024, (disk) => {
      const directory = `${disk}/state`;
      const ballast = `${disk}/ballast`;
      const used = new Set<number>();
      const take = (ids: DurableRecordIds) => {
        const id = ids.next();
        assert.ok(!used.has(id), `${id} was used`);
        used.add(id);
        return id;
      };
      const first = open(directory);
      take(first);
      first.close();
      for (let run = 0; run < 2; run++) {
        fill(ballast);
        const told: string[] = [];
        const ids = open(directory, told);
        take(ids);
        assert.match(told.join(), /record-ids cannot be written; record ids go on from the time/);
        ids.close();
        Deno.removeSync(ballast);
        // No process is there again within a millisecond.
        for (const now = Date.now(); Date.now() === now;);
      }
      fill(ballast);
      const ids = open(directory);
      take(ids);
      Deno.removeSync(ballast);
      let last = 0;
      for (let i = 0; i < 2000; i++) last = take(ids);
      assert.ok(Number(Deno.readTextFileSync(`${directory}/record-ids`)) > last);
      ids.close();
    }),
});

Deno.test("two processes cannot share a directory", () =>
  withStateDirectory((directory) => {
    const ids = open(directory);
    assert.throws(() => open(directory), RecordIdError);
    ids.close();
    open(directory).close();
  }));
