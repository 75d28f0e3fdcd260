import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { makePrivateDirectory, readIfThere, readJson, writePrivately } from "./private_files.ts";
import { ServiceError } from "./service_error.ts";

Deno.test("something else in a directory's place is refused with a reason for people", () =>
  withDirectory((directory) => {
    const path = `${directory}/monomi`;
    Deno.writeTextFileSync(path, "");
    assert.throws(() => makePrivateDirectory(path), (error) => {
      assert.ok(error instanceof ServiceError);
      assert.match(error.message, /is no directory of this user; move it away/);
      return true;
    });
  }));

Deno.test("a private file is replaced whole; where that fails, nothing is left behind", () =>
  withDirectory((directory) => {
    const path = `${directory}/state`;
    writePrivately(path, "first");
    writePrivately(path, new TextEncoder().encode("second"));
    assert.equal(new TextDecoder().decode(readIfThere(path)), "second");
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    Deno.mkdirSync(`${directory}/full/of`, { recursive: true });
    assert.throws(() => writePrivately(`${directory}/full`, "a file"));
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
      "full",
      "state",
    ]);
  }));

Deno.test({
  name: "what is no file is told, not waited for; what is in no directory is not there",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withDirectory(async (directory) => {
      await new Deno.Command("mkfifo", { args: [`${directory}/pipe`] }).output();
      Deno.writeTextFileSync(`${directory}/large`, "");
      Deno.truncateSync(`${directory}/large`, 100 * 2 ** 20);
      assert.throws(
        () => readIfThere(`${directory}/pipe`),
        /pipe is no regular file; move it away/,
      );
      assert.throws(() => readIfThere(directory), /is no regular file; move it away/);
      assert.throws(
        () => readIfThere(`${directory}/large`),
        /104857600 bytes; at most 16777216 are/,
      );
      assert.equal(readIfThere(`${directory}/large/file`), undefined);
    }),
});

Deno.test("of another shape, or damaged, is as good as none", () =>
  withDirectory((directory) => {
    const path = `${directory}/state`;
    const shape = { pid: ["number"], reason: ["string", "null"] };
    const read = (text: string) => {
      Deno.writeTextFileSync(path, text);
      return readJson(path, shape);
    };
    for (const text of ["", "{", "null", "5", "[]", "{}", '{"pid":"1","reason":null}', "\0"]) {
      assert.equal(read(text), undefined, text);
    }
    assert.deepEqual(read('{"pid":1,"reason":null}'), { pid: 1, reason: null });
  }));
