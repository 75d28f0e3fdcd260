/** Other people's configurations mean the same once they are written again, in both profiles. */
import assert from "node:assert/strict";
import { CORPUS_CONFIGS, corpusTest } from "../../testing/corpus.ts";
import { xmlFiles } from "../../testing/files.ts";
import { loadConfig } from "../mod.ts";
import { meaningOf } from "../meaning.ts";
import { writeXml } from "./xml.ts";
import { parseXmlText } from "../xml.ts";

function comments(xml: string): string[] {
  return [...xml.matchAll(/<!--.*?-->/gs)].map(([comment]) => comment);
}

for (const permissive of [false, true]) {
  const profile = permissive ? "permissive" : "strict";
  corpusTest(`the corpus keeps its meaning and comments, ${profile}`, () => {
    let written = 0;
    for (const { url, path } of xmlFiles(CORPUS_CONFIGS)) {
      const { config } = loadConfig(Deno.readFileSync(url), path, { permissive });
      if (config === undefined) continue;
      const text = config.source.text;
      const result = writeXml(parseXmlText(text, permissive).document!);
      const again = loadConfig(new TextEncoder().encode(result), path, { permissive });
      assert.ok(again.config, path);
      assert.equal(meaningOf(again.config), meaningOf(config), path);
      assert.deepEqual(comments(result), comments(text), path);
      const twice = writeXml(parseXmlText(result, permissive).document!);
      assert.equal(twice, result, `${path}, idempotent`);
      written++;
    }
    assert.ok(written > 400, `only ${written} were written`);
  });
}
