/** `monomi convert`, and that what it writes is taken where XML is. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { monomi } from "./testing.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const LINUX = `${FIXTURES}config/valid/linux.xml`;
const INVALID = `${FIXTURES}config/invalid/conditions.xml`;
const RECORD = `${FIXTURES}records/shell.mrec`;

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("convert turns XML into YAML on standard output, and standard input back", async () => {
  const yaml = await monomi(["convert", LINUX]);
  assert.equal(yaml.code, 0, yaml.stderr);
  assert.match(yaml.stdout, /^# A small Linux configuration.*\nschemaversion: '4\.90'\n/);
  const xml = await monomi(["convert", "-"], { input: yaml.stdout });
  assert.equal(xml.code, 0, xml.stderr);
  assert.match(xml.stdout, /^<!-- A small .*-->\n<Sysmon schemaversion="4\.90">\n/);
  const again = await monomi(["convert", "--to", "yaml", "-"], { input: xml.stdout });
  assert.equal(again.stdout, yaml.stdout);
});

Deno.test("convert takes the language from the name of the output, and overwrites nothing", () =>
  inFolder(async (folder) => {
    const out = `${folder}/rules.yml`;
    assert.equal((await monomi(["convert", LINUX, "-o", out])).code, 0);
    const first = await Deno.readTextFile(out);
    assert.match(first, /^EventFiltering:$/m);

    await Deno.writeTextFile(out, "precious");
    await Deno.chmod(out, 0o600);
    const refused = await monomi(["convert", LINUX, "-o", out]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /is there already; --force overwrites it/);
    assert.equal(await Deno.readTextFile(out), "precious");

    assert.equal((await monomi(["convert", LINUX, "-o", out, "--force"])).code, 0);
    assert.equal(await Deno.readTextFile(out), first);
    assert.equal((await Deno.stat(out)).mode! & 0o777, 0o600);
    const xml = await monomi(["convert", out, "-o", `${folder}/r.xml`, "--json"]);
    const { valid, to } = JSON.parse(xml.stdout);
    assert.deepEqual({ valid, to }, { valid: true, to: "xml" });
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["r.xml", "rules.yml"], "no temporary file is left");
  }));

Deno.test("convert does not follow a dangling link to make a file elsewhere", () =>
  inFolder(async (folder) => {
    await Deno.symlink(`${folder}/elsewhere`, `${folder}/out.yaml`);
    const refused = await monomi(["convert", LINUX, "-o", `${folder}/out.yaml`]);
    assert.equal(refused.code, 3);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["out.yaml"]);
  }));

Deno.test("convert refuses an invalid configuration and wrong usage", () =>
  inFolder(async (folder) => {
    const out = `${folder}/out.yaml`;
    const invalid = await monomi(["convert", INVALID, "-o", out]);
    assert.equal(invalid.code, 1);
    assert.match(invalid.stderr, /conditions\.xml:4:8: error: .* \[MON041\]/);
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
    for (const args of [[], ["a", "b"], ["--to", "json", LINUX], ["--json", LINUX]]) {
      assert.equal((await monomi(["convert", ...args])).code, 2, args.join(" "));
    }
    assert.equal((await monomi(["convert", `${folder}/none.xml`])).code, 3);
    assert.equal((await monomi(["convert", LINUX, "-o", `${folder}/no/out.yaml`])).code, 3);
  }));

Deno.test("every command takes the YAML that convert wrote, with the same result", () =>
  inFolder(async (folder) => {
    const xml = `${folder}/c.xml`;
    const yaml = `${folder}/c.yaml`;
    await Deno.copyFile(`${FIXTURES}records/everything.xml`, xml);
    assert.equal((await monomi(["convert", xml, "-o", yaml])).code, 0);
    for (
      const args of [
        ["show"],
        ["show", "--json"],
        ["replay", RECORD, "--sink", "json:-", "-c"],
        ["explain", "--id", "1", "Image=/bin/sh"],
      ]
    ) {
      const [fromXml, fromYaml] = await Promise.all([xml, yaml].map((file) => {
        const [command, ...rest] = args;
        return monomi(command === "explain" ? [command, file, ...rest] : [...args, file]);
      }));
      assert.equal(fromYaml.code, fromXml.code, `${args}: ${fromYaml.stderr}`);
      assert.equal(withoutPlaces(fromYaml.stdout), withoutPlaces(fromXml.stdout), `${args}`);
    }
    assert.equal((await monomi(["check", yaml])).code, 0);
  }));

/** Lines, file names, and what tells of the moment or the file. */
function withoutPlaces(output: string): string {
  return output.replace(/c\.(xml|yaml)(:\d+)*/g, "c").replace(/"(line|column|length)": ?\d+/g, "")
    .replace(/\bline \d+/g, "").replace(/^ *\d+ │/gm, "│")
    .split("\n").filter((line) => !/"EventID":(4|16),/.test(line)).join("\n");
}
