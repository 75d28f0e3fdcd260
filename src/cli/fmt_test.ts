import assert from "node:assert/strict";
import { join } from "node:path";
import { monomi } from "./testing.ts";

const UGLY = `<Sysmon   schemaversion='4.90'>
<!-- é -->
<EventFiltering><ProcessCreate onmatch="include"><Image> a </Image></ProcessCreate></EventFiltering>
</Sysmon>`;

const PRETTY = `<Sysmon schemaversion="4.90">
  <!-- é -->
  <EventFiltering>
    <ProcessCreate onmatch="include">
      <Image> a </Image>
    </ProcessCreate>
  </EventFiltering>
</Sysmon>
`;

const UGLY_YAML = "schemaversion:   4.90\nEventFiltering: []   # none\n";
const INVALID = "<Sysmon schemaversion='4.90'><Nope/></Sysmon>";

async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files are formatted in place, listed, and nothing else is left behind", async () => {
  await inFolder({ "a.xml": UGLY, "b.xml": PRETTY, "c.yaml": UGLY_YAML }, async (folder) => {
    if (Deno.build.os !== "windows") await Deno.chmod(join(folder, "a.xml"), 0o640);
    const first = await monomi(["fmt", "."], { cwd: folder });
    assert.deepEqual([first.code, first.stdout], [0, "a.xml\nc.yaml\n"], first.stderr);
    assert.equal(first.stderr, "3 files: 2 formatted\n");
    assert.equal(await Deno.readTextFile(join(folder, "a.xml")), PRETTY);
    const info = await Deno.stat(join(folder, "a.xml"));
    if (Deno.build.os !== "windows") assert.equal(info.mode! & 0o777, 0o640);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "a.xml",
      "b.xml",
      "c.yaml",
    ]);
    const again = await monomi(["fmt", "--check", "."], { cwd: folder });
    assert.deepEqual([again.code, again.stdout], [0, ""], again.stderr);
  });
});

Deno.test("--check and --diff write nothing and answer no", async () => {
  await inFolder({ "a.xml": UGLY, "b.xml": PRETTY }, async (folder) => {
    const check = await monomi(["fmt", "--check", "a.xml", "b.xml"], { cwd: folder });
    assert.deepEqual([check.code, check.stdout], [1, "a.xml\n"]);
    assert.equal(check.stderr, "2 files: 1 to be formatted\n");
    const diff = await monomi(["fmt", "--diff", "a.xml"], { cwd: folder });
    assert.equal(diff.code, 1);
    assert.match(diff.stdout, /^--- a\.xml\n\+\+\+ a\.xml\n@@ -1,4 \+1,8 @@\n-<Sysmon {3}schema/);
    assert.equal(await Deno.readTextFile(join(folder, "a.xml")), UGLY);
    const json = await monomi(["fmt", "--check", "--json", "a.xml", "b.xml"], { cwd: folder });
    assert.equal(json.code, 1);
    assert.deepEqual(
      JSON.parse(json.stdout).files.map((file: { changed: boolean }) => file.changed),
      [true, false],
    );
  });
});

Deno.test("an invalid file is reported and left alone, others are formatted", async () => {
  await inFolder({ "a.xml": INVALID, "b.xml": UGLY }, async (folder) => {
    const { code, stdout, stderr } = await monomi(["fmt", "a.xml", "b.xml"], { cwd: folder });
    assert.deepEqual([code, stdout], [1, "b.xml\n"]);
    assert.match(stderr, /^a\.xml:1:31: error: .*Nope.*\[MON030\]$/m);
    assert.match(stderr, /^2 files: 1 formatted, 1 left alone$/m);
    assert.equal(await Deno.readTextFile(join(folder, "a.xml")), INVALID);
    const permissive = await monomi(["fmt", "--permissive", "a.xml"], { cwd: folder });
    assert.equal(permissive.code, 0, permissive.stderr);
    assert.match(await Deno.readTextFile(join(folder, "a.xml")), /^ {2}<Nope\/>$/m);
    const missing = await monomi(["fmt", "nothing.xml"], { cwd: folder });
    assert.equal(missing.code, 3);
    assert.equal(missing.stderr, "nothing.xml: error: cannot be read: there is no such file\n");
  });
});

Deno.test("standard input goes to standard output, -o to a file", async () => {
  assert.equal((await monomi(["fmt", "-"], { input: UGLY })).stdout, PRETTY);
  const utf16 = new Uint8Array([
    0xff,
    0xfe,
    ...new Uint8Array(
      new Uint16Array(
        Array.from(UGLY, (character) => character.charCodeAt(0)),
      ).buffer,
    ),
  ]);
  assert.equal((await monomi(["fmt", "-"], { input: utf16 })).stdout, PRETTY);
  const check = await monomi(["fmt", "--check", "-"], { input: PRETTY });
  assert.deepEqual([check.code, check.stdout, check.stderr], [0, "", ""]);
  await inFolder({ "a.xml": UGLY }, async (folder) => {
    const { code } = await monomi(["fmt", "a.xml", "-o", "b.xml"], { cwd: folder });
    assert.equal(code, 0);
    assert.equal(await Deno.readTextFile(join(folder, "b.xml")), PRETTY);
    assert.equal(await Deno.readTextFile(join(folder, "a.xml")), UGLY);
  });
});

Deno.test("wrong usage", async () => {
  for (const args of [[], ["--check", "-o", "x", "a.xml"], ["a.xml", "b.xml", "-o", "c"]]) {
    assert.equal((await monomi(["fmt", ...args])).code, 2, args.join(" "));
  }
});
