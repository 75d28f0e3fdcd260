import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { makePrivateDirectory, readIfThere, writePrivately } from "./private_files.ts";
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
