import assert from "node:assert/strict";
import { builtNative } from "../sources/testing.ts";
import { Lifeline } from "./lifeline.ts";

const ignore = Deno.build.os !== "linux";

Deno.test("the end of each daemon is told once; between two of them nobody can be held", {
  ignore,
}, async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/socket`;
  let ends = 0;
  const lifeline = new Lifeline(builtNative().sockets, path, () => ends++);
  lifeline.hold();
  assert.equal(ends, 0, "a daemon without the socket is not watched");
  for (const expected of [1, 2]) {
    const daemon = Deno.listen({ transport: "unix", path });
    const accepted = daemon.accept();
    lifeline.hold();
    (await accepted).close();
    // A daemon that is killed leaves the name.
    await Deno.link(path, `${path}.left`);
    daemon.close();
    await Deno.rename(`${path}.left`, path);
    lifeline.look();
    lifeline.look();
    assert.equal(ends, expected);
    assert.throws(() => lifeline.hold(), { code: "ECONNREFUSED" });
    await Deno.remove(path);
  }
  lifeline.close();
  await Deno.remove(directory);
});
