import assert from "node:assert/strict";
import { withDirectory } from "../testing/temporary.ts";
import { onlyChange } from "./change.ts";
import { identityIn } from "./testing.ts";

Deno.test({
  name: "changes go one after the other, and leave nothing behind",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (directory) => {
      const identity = identityIn(directory);
      const before = [...Deno.readDirSync(directory)].length;
      let [going, most] = [0, 0];
      await Promise.all(Array.from({ length: 5 }, async () => {
        using _ = await onlyChange(identity);
        most = Math.max(most, ++going);
        await new Promise((resolve) => setTimeout(resolve, 1));
        going--;
      }));
      assert.equal(most, 1);
      assert.equal([...Deno.readDirSync(directory)].length, before);
    }),
});
