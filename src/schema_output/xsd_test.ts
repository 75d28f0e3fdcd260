/** The XML Schema against the validating reader, by xmllint. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/mod.ts";
import { findVersions, OLDEST_CONFIGURATION_VERSION, SCHEMA_VERSIONS } from "../schema/mod.ts";
import { CORPUS_CONFIGS, corpusTest } from "../testing/corpus.ts";
import { xmlFiles } from "../testing/files.ts";
import { printXsd } from "./xsd.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);

/** Errors about structure: a schema sees what they see. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "MON010",
  "MON020",
  "MON030",
  "MON031",
  "MON032",
  "MON033",
  "MON034",
  "MON035",
  "MON037",
  "MON038",
  "MON041",
  "MON044",
  "MON045",
  "MON046",
  "MON065",
  "MON211",
]);
/** Bytes and document types, which xmllint takes in its own way; how a version is spelled. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  "MON001",
  "MON003",
  "MON004",
  "MON011",
  "MON021",
]);

const EVERY_VERSION = SCHEMA_VERSIONS.filter((v) => v.number >= OLDEST_CONFIGURATION_VERSION);

async function xmllint(...args: string[]): Promise<string> {
  const options = { args, stdout: "null", stderr: "piped" } as const;
  const { stderr } = await new Deno.Command("xmllint", options).output();
  return new TextDecoder().decode(stderr);
}

async function hasXmllint(): Promise<boolean> {
  try {
    await xmllint("--version");
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Which of `files` the schema accepts. */
async function accepted(xsd: string, files: readonly string[]): Promise<Set<string>> {
  const schema = await Deno.makeTempFile({ suffix: ".xsd" });
  try {
    await Deno.writeTextFile(schema, xsd);
    const report = await xmllint("--noout", "--schema", schema, ...files);
    assert.doesNotMatch(report, /Schemas parser error/);
    return new Set(files.filter((file) => report.includes(`${file} validates\n`)));
  } finally {
    await Deno.remove(schema);
  }
}

const hasLinter = await hasXmllint();
/** Says so in the test's name where the program is missing. */
const withXmllint = (name: string) => hasLinter ? name : `${name} (skipped: no xmllint)`;

async function compareWithReader(folder: URL): Promise<void> {
  if (!hasLinter) return;
  const files = [...xmlFiles(folder)].map(({ url }) => fileURLToPath(url));
  const bySchema = await accepted(printXsd(EVERY_VERSION), files);
  let refused = 0;
  for (const file of files) {
    const { diagnostics } = loadConfig(Deno.readFileSync(file), file);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (errors.some(({ code }) => NOT_COMPARED.has(code))) continue;
    const structural = errors.filter(({ code }) => STRUCTURE.has(code));
    if (structural.length > 0) refused++;
    const codes = structural.map(({ code }) => code).join(" ");
    assert.equal(bySchema.has(file), structural.length === 0, `${file}: ${codes}`);
  }
  assert.ok(bySchema.size > 0 && refused > 0, `${bySchema.size} accepted, ${refused} refused`);
}

for (const folder of ["config/", "diagnostics/"]) {
  Deno.test({
    name: withXmllint(`the schema accepts the structure that the reader accepts: ${folder}`),
    ignore: !hasLinter,
    fn: () => compareWithReader(new URL(folder, FIXTURES)),
  });
}

const CORPUS_NAME = withXmllint("the schema accepts the structure that the reader accepts: corpus");
corpusTest(CORPUS_NAME, () => compareWithReader(CORPUS_CONFIGS));

Deno.test({
  name: withXmllint("a version's schema knows that version's events and fields, and no newer ones"),
  ignore: !hasLinter,
  async fn() {
    const folder = await Deno.makeTempDir();
    const write = async (name: string, inside: string) => {
      const text =
        `<Sysmon schemaversion="4.90"><EventFiltering>${inside}</EventFiltering></Sysmon>`;
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    try {
      const [oldField, user, executable, ebpf] = await Promise.all([
        write("a", `<FileDelete onmatch="include"><Image>a</Image></FileDelete>`),
        write("b", `<FileCreate onmatch="include"><User condition="is">a</User></FileCreate>`),
        write("c", `<FileExecutableDetected onmatch="include"/>`),
        write("d", `<eBPFEvent onmatch="include"/>`),
      ]);
      const files = [oldField, user, executable, ebpf];
      for (
        const [version, expected] of [
          ["4.70", [oldField]],
          ["4.81", [oldField, user]],
          ["windows-4.90", [oldField, user, executable]],
          ["linux-4.90", [oldField, user, ebpf]],
        ] as const
      ) {
        assert.deepEqual([...await accepted(printXsd(findVersions(version)), files)], expected);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
