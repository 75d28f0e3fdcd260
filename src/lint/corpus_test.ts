/**
 * What the lint says of configurations that many people use, by code. Each class was looked at by hand
 * and found right; where a number changes, look at what came or went.
 */
import assert from "node:assert/strict";
import { loadConfig } from "../config/mod.ts";
import { CORPUS_CONFIGS, corpusTest } from "../testing/corpus.ts";
import { lint } from "./mod.ts";

const EXPECTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "swift-sysmonconfig-export.xml": { MON122: 2, MON124: 11, MON125: 2, MON126: 7 },
  "modular-sysmonconfig.xml": {
    MON107: 1,
    MON114: 3,
    MON115: 10,
    MON116: 1,
    MON118: 6,
    MON122: 85,
    MON124: 23,
    MON125: 65,
    MON126: 23,
    MON129: 1,
    MON140: 12,
    MON141: 8,
    MON142: 1,
  },
  "mstic-linux/main.xml": { MON125: 4, MON126: 2 },
  "mstic-linux/collect-all.xml": {},
};

for (const [file, expected] of Object.entries(EXPECTED)) {
  corpusTest(`${file}: counts by code`, () => {
    const { config, diagnostics } = loadConfig(
      Deno.readFileSync(new URL(file, CORPUS_CONFIGS)),
      file,
    );
    assert.ok(config, JSON.stringify(diagnostics));
    const counts = Object.entries(Object.groupBy(lint(config), ({ code }) => code))
      .map(([code, found]) => [code, found.length]);
    assert.deepEqual(Object.fromEntries(counts), expected);
  });
}
