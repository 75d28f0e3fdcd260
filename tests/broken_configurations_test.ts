/** Configurations that are wrong are refused with the place and the reason, and nothing else. */
import assert from "node:assert/strict";
import { Folder } from "./support/environment.ts";
import { monomi } from "./support/sensor.ts";

const DIAGNOSTIC = /^(.+):(\d+):(\d+): (error|warning): .+ \[MON\d{3}\]$/;
const LONGEST_REFUSAL_MS = 60_000;

const inFiltering = (text: string) =>
  `<Sysmon schemaversion="4.90">\n<EventFiltering>\n${text}\n</EventFiltering>\n</Sysmon>\n`;

/** Content and the line that is to blame. */
const BROKEN: Readonly<Record<string, readonly [content: string | Uint8Array, line: number]>> = {
  "an empty file": ["", 1],
  "not XML": ["this is not XML\n", 1],
  "binary data": [Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256), 1],
  "XML that ends too early": ['<Sysmon schemaversion="4.90">\n<EventFiltering>\n', 2],
  "another root": ['<?xml version="1.0"?>\n<sysmon schemaversion="4.90"/>\n', 2],
  "no version": ["<Sysmon/>\n", 1],
  "a bad version": ['<Sysmon schemaversion="four"/>\n', 1],
  "a version that is too old": ['<Sysmon schemaversion="3.40"/>\n', 1],
  "an unknown event": [inFiltering('<ProcessCreated onmatch="include"/>'), 3],
  "an unknown field": [
    inFiltering('<ProcessCreate onmatch="include">\n<Imagex>a</Imagex></ProcessCreate>'),
    4,
  ],
  "an unknown operator": [
    inFiltering(
      '<ProcessCreate onmatch="include">\n<Image condition="like">a</Image></ProcessCreate>',
    ),
    4,
  ],
  "an unknown hash algorithm": [
    '<Sysmon schemaversion="4.90">\n<HashAlgorithms>sha3</HashAlgorithms>\n</Sysmon>\n',
    2,
  ],
  "an entity bomb": [
    '<!DOCTYPE Sysmon [\n<!ENTITY a "aaaaaaaaaa">\n' +
    Array.from({ length: 20 }, (_, n) => {
      return `<!ENTITY ${letter(n + 1)} "${`&${letter(n)};`.repeat(10)}">\n`;
    }).join("") +
    ']>\n<Sysmon schemaversion="4.90"><HashAlgorithms>&u;</HashAlgorithms></Sysmon>\n',
    1,
  ],
  "an external entity": [
    '<!DOCTYPE Sysmon [<!ENTITY x SYSTEM "file:///etc/shadow">]>\n' +
    '<Sysmon schemaversion="4.90"><HashAlgorithms>&x;</HashAlgorithms></Sysmon>\n',
    1,
  ],
  "elements nested without end": ['<Sysmon schemaversion="4.90">' + "<a>".repeat(200_000), 1],
  "terminal escapes in values": [
    inFiltering('<ProcessCreate onmatch="\u009b31m\u202e&#x85;"/>'),
    3,
  ],
};

function letter(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

/** What Sysmon says before it looks at the values of options. */
const VALIDATED = "Configuration file validated.\n";

async function assertRefused(file: string, line?: number, onlyAnOption = false): Promise<void> {
  for (const command of [["check", file], ["run", "-c", file, "--duration", "1s"]]) {
    const begin = performance.now();
    const { code, stdout, stderr } = await monomi(...command);
    const took = performance.now() - begin;
    const lines = stderr.trimEnd().split("\n");
    assert.equal(code, 1, `${command.join(" ")}: ${stderr.slice(0, 2000)}`);
    assert.equal(stdout, onlyAnOption && command[0] === "check" ? VALIDATED : "");
    const places = lines.flatMap((text) => {
      const match = DIAGNOSTIC.exec(text);
      return match === null ? [] : [{ file: match[1], line: Number(match[2]) }];
    });
    assert(places.length > 0, stderr.slice(0, 2000));
    assert(places.every((place) => place.file === file));
    if (line !== undefined) assert.equal(places[0].line, line, stderr.slice(0, 2000));
    assert.doesNotMatch(stderr, /^\s+at .*:\d+/m, "no stack trace");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, "no terminal escapes");
    assert(lines.every((text) => text.length < 1000), "short lines");
    assert(took < LONGEST_REFUSAL_MS, `${took} ms`);
  }
}

for (const [name, [content, line]] of Object.entries(BROKEN)) {
  Deno.test(`a configuration is refused: ${name}`, async () => {
    using folder = new Folder();
    const file = folder.at("config.xml");
    await Deno.writeFile(
      file,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    await assertRefused(file, line, name === "an unknown hash algorithm");
  });
}

Deno.test("a configuration is refused: 50 MB", async () => {
  using folder = new Folder();
  const file = folder.at("config.xml");
  const rule = '<ProcessCreate onmatch="include"><Image>/bin/x</Image></ProcessCreate>\n';
  await Deno.writeTextFile(file, inFiltering(rule.repeat(Math.ceil(50e6 / rule.length))));
  await assertRefused(file);
});

Deno.test("each problem of a configuration has a line of its own", async () => {
  using folder = new Folder();
  const file = folder.at("config.xml");
  await Deno.writeTextFile(
    file,
    inFiltering(
      [
        '<NoEvent onmatch="include"/>',
        '<ProcessCreate onmatch="include"><NoField>a</NoField></ProcessCreate>',
        '<FileCreate onmatch="include"><Image condition="no operator">a</Image></FileCreate>',
      ].join("\n"),
    ),
  );
  const { code, stderr } = await monomi("check", file);
  assert.equal(code, 1);
  const lines = stderr.split("\n").flatMap((text) => {
    const line = DIAGNOSTIC.exec(text)?.[2];
    return line === undefined ? [] : [Number(line)];
  });
  assert.deepEqual(lines, [3, 4, 5]);
});

Deno.test("a file that cannot be read, and a file that never ends, are told", async () => {
  using folder = new Folder();
  for (const file of [folder.at("none.xml"), folder.path]) {
    const { code, stderr } = await monomi("check", file);
    assert.equal(code, 3);
    assert.match(stderr, /cannot be read/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
  const { code } = await monomi("check", "/dev/zero");
  assert.equal(code, 1);
});
