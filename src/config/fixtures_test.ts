/**
 * Every file of fixtures/config gives exactly the report written beside it, in each profile, and loads
 * or not as its folder says. `MONOMI_UPDATE=1` writes the reports anew, for a review of the difference.
 */
import assert from "node:assert/strict";
import { renderDiagnostic } from "../report/text.ts";
import { loadConfig } from "./mod.ts";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);

/** Folders, whether their files load, and how they are read. */
const FOLDERS = [
  { folder: "valid", loads: true, permissive: false },
  { folder: "invalid", loads: false, permissive: false },
  { folder: "permissive", loads: true, permissive: true },
  { folder: "yaml/valid", loads: true, permissive: false },
  { folder: "yaml/invalid", loads: false, permissive: false },
] as const;

for (const { folder, loads, permissive } of FOLDERS) {
  const directory = new URL(`${folder}/`, FIXTURES);
  const files = [...Deno.readDirSync(directory)]
    .map((entry) => entry.name)
    .filter((name) => /\.(xml|yaml)$/.test(name))
    .sort();
  assert.ok(files.length > 0);
  for (const file of files) {
    Deno.test(`fixture ${folder}/${file}`, () => {
      const bytes = Deno.readFileSync(new URL(file, directory));
      const golden = new URL(file.replace(/\.\w+$/, ".diagnostics"), directory);
      const { config, diagnostics } = loadConfig(bytes, file, { permissive });
      const report = diagnostics.map((d) => renderDiagnostic(d) + "\n").join("");
      if (Deno.env.get("MONOMI_UPDATE") === "1") Deno.writeTextFileSync(golden, report);
      assert.equal(report, Deno.readTextFileSync(golden));
      assert.equal(config !== undefined, loads);
    });
  }
}
