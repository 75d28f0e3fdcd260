/** Writes the pages of docs/ that are made of the sources. */

import { PAGES } from "./docs/pages.ts";
import { ROOT } from "./shared/paths.ts";
import { asProgram } from "./shared/task.ts";

await asProgram(import.meta.main, async () => {
  for (const { path, render } of PAGES) {
    await Deno.writeTextFile(`${ROOT}/${path}`, await render());
    console.error(`${path}: written`);
  }
});
