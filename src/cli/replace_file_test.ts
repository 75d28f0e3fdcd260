import assert from "node:assert/strict";
import { join } from "node:path";
import { NotWrittenError, replaceFile } from "./replace_file.ts";

const OLD = new TextEncoder().encode("old");
const NEW = new TextEncoder().encode("new");

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.chmodSync(folder, 0o700);
    Deno.removeSync(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function refuses(path: string, reason: RegExp, seen?: Deno.FileInfo): void {
  assert.throws(
    () => replaceFile(path, NEW, seen),
    (error) => error instanceof NotWrittenError && reason.test(error.message),
  );
}

Deno.test("a file is made, and replaced with its mode kept", () => {
  inFolder((folder) => {
    const path = join(folder, "a");
    replaceFile(path, OLD);
    Deno.chmodSync(path, 0o604);
    const { ino } = Deno.statSync(path);
    replaceFile(path, NEW, Deno.lstatSync(path));
    assert.equal(Deno.readTextFileSync(path), "new");
    const after = Deno.statSync(path);
    assert.equal(after.mode! & 0o7777, 0o604);
    assert.notEqual(after.ino, ino, "another file took the name");
    assert.deepEqual(namesIn(folder), ["a"]);
  });
});

Deno.test("links, folders and changed files are refused and left as they are", () => {
  inFolder((folder) => {
    const at = (name: string) => join(folder, name);
    Deno.writeFileSync(at("file"), OLD);
    Deno.symlinkSync("file", at("symlink"));
    Deno.linkSync(at("file"), at("hard"));
    Deno.mkdirSync(at("folder"));
    refuses(at("symlink"), /symbolic link/);
    refuses(at("hard"), /hard links/);
    refuses(at("folder"), /not a regular file/);
    refuses(at("none/file"), /there is no such file/);
    Deno.removeSync(at("hard"));
    const seen = Deno.lstatSync(at("file"));
    Deno.writeTextFileSync(at("file"), "older");
    refuses(at("file"), /changed by somebody else/, seen);
    Deno.removeSync(at("file"));
    refuses(at("file"), /changed by somebody else/, seen);
    assert.deepEqual(namesIn(folder), ["folder", "symlink"]);
  });
});

Deno.test("the owner stays, when it can be kept", {
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
}, () => {
  inFolder((folder) => {
    const path = join(folder, "a");
    Deno.writeFileSync(path, OLD);
    Deno.chownSync(path, 65534, 65534);
    Deno.chmodSync(path, 0o4640);
    replaceFile(path, NEW);
    const { uid, gid, mode } = Deno.statSync(path);
    assert.deepEqual([uid, gid, mode! & 0o7777], [65534, 65534, 0o4640]);
  });
});
