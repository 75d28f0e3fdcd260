/** Other people's configurations mean the same once they are written again, in both profiles. */
import assert from "node:assert/strict";
import { loadConfig } from "./mod.ts";
import { meaningOf } from "./meaning.ts";
import { writeXml } from "./write_xml.ts";
import { parseXmlText } from "./xml.ts";

const CORPUS = new URL("../../../shared/corpus/configs/", import.meta.url);

function* xmlFiles(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const url = new URL(encodeURIComponent(name) + (isDirectory ? "/" : ""), directory);
    if (isDirectory) yield* xmlFiles(url);
    else if (name.endsWith(".xml")) yield url;
  }
}

function corpusIsThere(): boolean {
  try {
    return Deno.statSync(CORPUS).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function comments(xml: string): string[] {
  return [...xml.matchAll(/<!--.*?-->/gs)].map(([comment]) => comment);
}

for (const permissive of [false, true]) {
  Deno.test({
    name: `the corpus keeps its meaning and comments, ${permissive ? "permissive" : "strict"}`,
    ignore: !corpusIsThere(),
    fn() {
      let written = 0;
      for (const url of xmlFiles(CORPUS)) {
        const { config } = loadConfig(Deno.readFileSync(url), url.pathname, { permissive });
        if (config === undefined) continue;
        const text = config.source.text;
        const result = writeXml(parseXmlText(text, permissive).document!);
        const again = loadConfig(new TextEncoder().encode(result), url.pathname, { permissive });
        assert.ok(again.config, url.pathname);
        assert.equal(meaningOf(again.config), meaningOf(config), url.pathname);
        assert.deepEqual(comments(result), comments(text), url.pathname);
        const twice = writeXml(parseXmlText(result, permissive).document!);
        assert.equal(twice, result, `${url.pathname}, idempotent`);
        written++;
      }
      assert.ok(written > 400, `only ${written} were written`);
    },
  });
}
