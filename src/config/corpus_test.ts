/** Other people's configurations load, or are refused for the reason written here. */
import assert from "node:assert/strict";
import { compileRules } from "../rules/mod.ts";
import { CORPUS_CONFIGS, corpusTest } from "../testing/corpus.ts";
import { xmlFiles } from "../testing/files.ts";
import { loadConfig } from "./mod.ts";

/** Files that Sysmon's validator refuses too, with the codes of their errors. */
const REFUSED: Readonly<Record<string, string>> = {
  // An event element stands directly under Sysmon and holds RuleGroups.
  "modular/11_file_create/include_cve_2021_40444.xml": "MON030",
  // They use a field or an event that is newer than the schema version they name.
  "modular/11_file_create/exclude_psscriptpolicytest.xml": "MON042",
  "modular/15_file_create_stream_hash/include_html_smuggling.xml": "MON042",
  "modular/26_file_delete_detected/exclude_microsoft_prefetch.xml": "MON036",
};

corpusTest("the corpus loads, in both profiles", () => {
  let loaded = 0;
  const refused: Record<string, string> = {};
  for (const { url, path } of xmlFiles(CORPUS_CONFIGS)) {
    const bytes = Deno.readFileSync(url);
    const { config, diagnostics } = loadConfig(bytes, path);
    if (config !== undefined) {
      loaded++;
      compileRules(config);
    } else {
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
      refused[path] = [...new Set(errors.map((diagnostic) => diagnostic.code))].join();
    }
    assert.ok(loadConfig(bytes, path, { permissive: true }).config, `${path}, permissive`);
  }
  assert.ok(loaded > 400, `only ${loaded} loaded`);
  assert.deepEqual(refused, REFUSED);
});
