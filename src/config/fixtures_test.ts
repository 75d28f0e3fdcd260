/**
 * Every file of fixtures/config gives exactly the diagnostics written beside it, in each profile, and
 * loads or not as its folder says.
 */
import assert from "node:assert/strict";
import { formatDiagnostic, loadConfig } from "./mod.ts";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);

/** Folders, whether their files load, and how they are read. */
const FOLDERS = [
  { folder: "valid", loads: true, permissive: false },
  { folder: "invalid", loads: false, permissive: false },
  { folder: "permissive", loads: true, permissive: true },
] as const;

for (const { folder, loads, permissive } of FOLDERS) {
  const directory = new URL(`${folder}/`, FIXTURES);
  const files = [...Deno.readDirSync(directory)]
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".xml"))
    .sort();
  assert.ok(files.length > 0);
  for (const file of files) {
    Deno.test(`fixture ${folder}/${file}`, () => {
      const bytes = Deno.readFileSync(new URL(file, directory));
      const expected = Deno.readTextFileSync(
        new URL(file.replace(/\.xml$/, ".diagnostics"), directory),
      );
      const { config, diagnostics } = loadConfig(bytes, file, { permissive });
      assert.equal(diagnostics.map((d) => formatDiagnostic(d) + "\n").join(""), expected);
      assert.equal(config !== undefined, loads);
    });
  }
}
