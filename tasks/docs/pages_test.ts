import assert from "node:assert/strict";
import { ROOT } from "../shared/paths.ts";
import { PAGES } from "./pages.ts";

for (const { path, render } of PAGES) {
  Deno.test(`${path} is fresh; if not: deno task docs`, async () => {
    assert.equal(await Deno.readTextFile(`${ROOT}/${path}`), await render());
  });
}
