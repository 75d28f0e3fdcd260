import assert from "node:assert/strict";
import { loadConfig } from "../../config/mod.ts";
import { OptionError, withOptions } from "./options.ts";
import { parseSwitches } from "./parse.ts";

function apply(xml: string, line: string) {
  const bytes = new TextEncoder().encode(xml);
  const parsed = parseSwitches(line.split(" "), { pathsBeginWithSlash: true });
  assert.ok(parsed.failure === undefined);
  const configuration = { bytes, language: "xml", name: "a.xml" } as const;
  const text = withOptions({ ...loadConfig(bytes, "a.xml"), configuration }, parsed.given);
  const { config } = loadConfig(new TextEncoder().encode(text), "b.xml");
  return { text, config: config! };
}

const sysmon = (inside: string) => `<Sysmon schemaversion="4.90">${inside}</Sysmon>`;

Deno.test("hash algorithms of the command line, unless the file has some (C5)", () => {
  const hashes = (inside: string) => [
    ...apply(sysmon(inside), "-c -h md5,sha1").config.options.hashAlgorithms,
  ];
  assert.deepEqual(hashes(""), ["SHA1", "MD5"]);
  assert.deepEqual(hashes("<HashAlgorithms>sha256</HashAlgorithms>"), ["SHA256"]);
});

Deno.test("-n logs the connections of all programs, or of those in the list (C7)", () => {
  const [all] = apply(sysmon(""), "-c -n").config.elements;
  assert.deepEqual([all.tag, all.onmatch, all.items.length], ["NetworkConnect", "exclude", 0]);
  const [some] = apply(sysmon(""), "-c -n curl,a&b").config.elements;
  assert.deepEqual([some.onmatch, some.combination], ["include", "or"]);
  assert.deepEqual(
    some.items.map((item) => item.kind === "condition" && [item.operator, item.value]),
    [["image", "curl"], ["image", "a&b"]],
  );
});

Deno.test("a list contradicts a file that excludes programs", () => {
  const file = sysmon('<EventFiltering><NetworkConnect onmatch="exclude"/></EventFiltering>');
  assert.throws(() => apply(file, "-c -n curl"), OptionError);
});

Deno.test("files in other forms take options, too", () => {
  for (
    const xml of [
      '<?xml version="1.0" encoding="utf-8"?>\n<Sysmon schemaversion="4.90"/>\n',
      `<!-- </Sysmon> -->${sysmon("<!-- x -->")}`,
    ]
  ) assert.deepEqual([...apply(xml, "-c -h md5").config.options.hashAlgorithms], ["MD5"]);
});
