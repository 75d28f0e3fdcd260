import assert from "node:assert/strict";
import { Transaction } from "./transaction.ts";

/** Everything in a folder: names, modes, contents. */
function snapshot(folder: string): unknown {
  return [...Deno.readDirSync(folder)].map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const mode = Deno.lstatSync(path).mode! & 0o777;
    return [name, mode, isDirectory ? snapshot(path) : Deno.readTextFileSync(path)];
  }).sort();
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    Deno.writeTextFileSync(`${folder}/kept`, "old", { mode: 0o600 });
    Deno.writeTextFileSync(`${folder}/gone`, "old", { mode: 0o600 });
    Deno.writeTextFileSync(`${folder}/program`, "old program", { mode: 0o700 });
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function change(folder: string, transaction: Transaction): void {
  transaction.directory(`${folder}/new`);
  transaction.file(`${folder}/new/file`, "new");
  transaction.file(`${folder}/kept`, "new");
  transaction.file(`${folder}/gone`, undefined);
  Deno.writeTextFileSync(`${folder}/program.new`, "new program", { mode: 0o700 });
  transaction.replace(`${folder}/program`, `${folder}/program.new`);
}

Deno.test("all steps hold, and nothing of the way there is left", () =>
  inFolder(async (folder) => {
    await new Transaction().run((transaction) => Promise.resolve(change(folder, transaction)));
    assert.deepEqual(snapshot(folder), [
      ["kept", 0o600, "new"],
      ["new", 0o700, [["file", 0o600, "new"]]],
      ["program", 0o700, "new program"],
    ]);
  }));

Deno.test("a step that fails takes back all before it", () =>
  inFolder(async (folder) => {
    const before = snapshot(folder);
    const failing = new Transaction().run((transaction) => {
      change(folder, transaction);
      return Promise.reject(new Error("no"));
    });
    await assert.rejects(failing, /^Error: no$/);
    assert.deepEqual(snapshot(folder), before);
  }));

Deno.test("what cannot be taken back is told with what failed, and the rest is taken back", () =>
  inFolder(async (folder) => {
    const before = snapshot(folder);
    const failing = new Transaction().run((transaction) => {
      change(folder, transaction);
      transaction.onFailure(() => {
        throw new Error("stuck");
      });
      return Promise.reject(new Error("no"));
    });
    await assert.rejects(failing, /no; and taking it back failed: stuck/);
    assert.deepEqual(snapshot(folder), before);
  }));

Deno.test({
  name: "who interrupts it gets all or nothing",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await new Transaction().run(async (transaction) => {
        for (const signal of ["SIGTERM", "SIGHUP"] as const) Deno.kill(Deno.pid, signal);
        await new Promise((resolve) => setTimeout(resolve, 0));
        change(folder, transaction);
      });
      assert.equal(Deno.readTextFileSync(`${folder}/kept`), "new");
    }),
});
