import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { monomi } from "./testing.ts";

function module(items: string, onmatch = "include", schemaVersion = "4.50"): string {
  return `<Sysmon schemaversion="${schemaVersion}"><EventFiltering><RuleGroup groupRelation="or">` +
    `<ProcessCreate onmatch="${onmatch}">${items}</ProcessCreate>` +
    `</RuleGroup></EventFiltering></Sysmon>`;
}

const FILES = {
  "modules/1_process/include_b.xml": module("<Image>b</Image>"),
  "modules/1_process/include_a.xml": module("<Image>a</Image>"),
  "modules/3_other/exclude_c.xml": module("<Image>c</Image>", "exclude"),
};

async function inFolder(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files that the result says it comes from. */
function origins(xml: string): string[] {
  return [...xml.matchAll(/<!-- (.*\.xml) -->/g)].map(([, name]) => name);
}

Deno.test("a folder of modules becomes one valid file, the same every time", async () => {
  await inFolder(FILES, async (folder) => {
    const first = await monomi(["merge", "modules", "-o", "all.xml"], { cwd: folder });
    assert.deepEqual([first.code, first.stdout], [0, ""], first.stderr);
    assert.equal(
      first.stderr,
      "monomi merge: 3 inputs, 2 elements, 3 rules; schema version 4.50 in all.xml " +
        "(--notes tells 1 more)\n",
    );
    const text = await Deno.readTextFile(join(folder, "all.xml"));
    assert.deepEqual(origins(text), [
      "1_process/include_a.xml",
      "1_process/include_b.xml",
      "3_other/exclude_c.xml",
    ]);
    const elsewhere = await monomi(["merge", join(folder, "modules")]);
    assert.equal(elsewhere.stdout, text);
    assert.equal((await monomi(["check", "all.xml"], { cwd: folder })).code, 0);
    assert.equal((await monomi(["fmt", "--check", "all.xml"], { cwd: folder })).code, 0);
  });
});

Deno.test("the output may lie among the modules, but is none of them", async () => {
  await inFolder(FILES, async (folder) => {
    const run = () => monomi(["merge", "modules", "-o", "modules/all.xml"], { cwd: folder });
    assert.equal((await run()).code, 0);
    const text = await Deno.readTextFile(join(folder, "modules/all.xml"));
    assert.equal((await run()).code, 0);
    assert.equal(await Deno.readTextFile(join(folder, "modules/all.xml")), text);
    const args = ["merge", "modules/all.xml", "-o", "modules/all.xml"];
    assert.equal((await monomi(args, { cwd: folder })).code, 2);
  });
});

Deno.test("lists name modules to take and to leave out, as PowerShell writes them", async () => {
  const list = "1_process\\include_b.xml\r\n1_process\\include_a.xml\r\n\r\n";
  const utf16 = new Uint8Array([
    0xff,
    0xfe,
    ...Array.from(list).flatMap((c) => [c.charCodeAt(0), 0]),
  ]);
  const files = { ...FILES, "lists/take.txt": utf16, "modules/leave.txt": "# not\n/3_other\n" };
  await inFolder(files, async (folder) => {
    const args = ["merge", "--list", "lists/take.txt", "--base", "modules"];
    const taken = await monomi(args, { cwd: folder });
    assert.deepEqual(origins(taken.stdout), ["1_process/include_b.xml", "1_process/include_a.xml"]);
    const left = await monomi(["merge", "modules", "--exclude-list", "modules/leave.txt"], {
      cwd: folder,
    });
    assert.deepEqual(origins(left.stdout), ["1_process/include_a.xml", "1_process/include_b.xml"]);
    const excluded = await monomi(["merge", "modules", "--exclude", "modules/1_process"], {
      cwd: folder,
    });
    assert.deepEqual(origins(excluded.stdout), ["3_other/exclude_c.xml"]);
    const missing = await monomi(["merge", "--list", "none.txt"], { cwd: folder });
    assert.deepEqual(
      [missing.code, missing.stderr],
      [3, "monomi: cannot read none.txt: there is no such file\n"],
    );
  });
});

const entry = (algorithms: string) =>
  `<Sysmon schemaversion="4.50"><HashAlgorithms>${algorithms}</HashAlgorithms></Sysmon>`;

Deno.test("conflicts are told with both places and nothing is written", async () => {
  await inFolder({ "a.xml": entry("md5"), "b.xml": entry("sha1") }, async (folder) => {
    const args = ["merge", "a.xml", "b.xml", "-o", "all.xml"];
    const { code, stderr } = await monomi(args, { cwd: folder });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^b\.xml:1:\d+: error: .*'sha1' here and 'md5' at a\.xml:1:\d+ \[MON401\]$/m,
    );
    assert.match(stderr, /^monomi merge: the inputs conflict, nothing is written$/m);
    assert.throws(() => Deno.statSync(join(folder, "all.xml")), Deno.errors.NotFound);
    const json = await monomi([...args, "--json"], { cwd: folder });
    assert.equal(json.code, 1);
    const report = JSON.parse(json.stdout);
    assert.deepEqual([report.merged, report.diagnostics[0].code], [false, "MON401"]);
    const preferred = await monomi([...args, "--prefer", "last", "--json"], { cwd: folder });
    assert.equal(preferred.code, 0, preferred.stderr);
    assert.deepEqual(JSON.parse(preferred.stdout).entries, [
      { name: "HashAlgorithms", value: "sha1", from: ["b.xml"] },
    ]);
  });
});

Deno.test("an invalid module is told, and nothing is merged without it", async () => {
  const files = { "a.xml": module("<Image>a</Image>"), "b.xml": module("<Imag>b</Imag>") };
  await inFolder(files, async (folder) => {
    const { code, stdout, stderr } = await monomi(["merge", "."], { cwd: folder });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^b\.xml:1:\d+: error: .*'Imag'.*\[MON041\]$/m);
    const permissive = await monomi(["merge", "--permissive", "."], { cwd: folder });
    assert.equal(permissive.code, 0, permissive.stderr);
  });
});

Deno.test("a YAML module, and a result in YAML", async () => {
  const yaml = `schemaversion: 4.50
EventFiltering:
  - RuleGroup: or
    events:
      - ProcessCreate: include
        conditions:
          - Image: { is: y }
`;
  await inFolder({ "a.xml": module("<Image>x</Image>"), "b.yaml": yaml }, async (folder) => {
    const { code, stderr } = await monomi(["merge", ".", "-o", "all.yml"], { cwd: folder });
    assert.equal(code, 0, stderr);
    const text = await Deno.readTextFile(join(folder, "all.yml"));
    assert.match(text, /# a\.xml\n +- Image: x\n\n +# b\.yaml\n +- Image: \{ is: 'y' \}\n/);
    assert.equal((await monomi(["check", "all.yml"], { cwd: folder })).code, 0);
  });
});

Deno.test("wrong usage", async () => {
  const wrong = [[], ["a", "--prefer", "me"], ["a", "--schema-version", "9"], ["a", "--json"]];
  for (const args of wrong) {
    assert.equal((await monomi(["merge", ...args])).code, 2, args.join(" "));
  }
});
