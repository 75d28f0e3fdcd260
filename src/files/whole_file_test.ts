import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { replaceWhole } from "./whole_file.ts";

/** Says when it has the file open, and closes it a while later. */
const READER = `
  onmessage = ({ data: path }) => {
    const file = Deno.openSync(path);
    postMessage("open");
    setTimeout(() => file.close(), 200);
  };
`;

Deno.test("a file that somebody is reading is replaced all the same", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/state`;
    replaceWhole(path, "first", 0o600);
    const source = URL.createObjectURL(new Blob([READER], { type: "text/javascript" }));
    const reader = new Worker(source, { type: "module" });
    try {
      const opened = new Promise((resolve) => reader.onmessage = resolve);
      reader.postMessage(path);
      await opened;
      replaceWhole(path, "second", 0o600);
    } finally {
      reader.terminate();
      URL.revokeObjectURL(source);
    }
    assert.equal(Deno.readTextFileSync(path), "second");
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["state"]);
  }));
