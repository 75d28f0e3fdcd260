import assert from "node:assert/strict";
import { OwnPaths } from "./own_paths.ts";

Deno.test("own files keep their places when they are moved away", () => {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const at = (name: string) => `${folder}/${name}`;
  Deno.mkdirSync(at("real"));
  Deno.writeTextFileSync(at("real/file"), "");
  Deno.symlinkSync("real", at("folder"));
  Deno.symlinkSync("real/file", at("link"));
  try {
    const places = new OwnPaths();
    const asked = [at("folder/file"), at("link"), undefined, "-", at("folder/never")];
    const expected = [at("real/file"), at("link"), at("real/never")];
    assert.deepEqual(places.of(asked), expected);
    Deno.renameSync(at("real/file"), at("moved"));
    assert.deepEqual(places.of(asked), expected);
    Deno.renameSync(at("real"), at("moved too"));
    assert.deepEqual(places.of([at("folder/file"), at("link")]), [
      ...[at("folder/file"), at("real/file"), at("link")],
    ]);
    Deno.removeSync(at("link"));
    Deno.symlinkSync("moved", at("link"));
    assert.deepEqual(places.of([at("link")]), [at("link"), at("moved")]);
    assert.deepEqual(places.of([at("folder/file")]), [at("folder/file")], "asked for anew");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
