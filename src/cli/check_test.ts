import assert from "node:assert/strict";
import { monomi, type Run } from "./testing.ts";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);
const VALIDATED = "Configuration file validated.\n";

/** Runs `check` beside the fixtures. */
function check(args: readonly string[], input?: string | Uint8Array<ArrayBuffer>): Promise<Run> {
  return monomi(["check", ...args], { cwd: FIXTURES, input });
}

/** A configuration with one ProcessCreate element. */
function processCreate(inner: string, entries = ""): string {
  return `<Sysmon schemaversion="4.90">${entries}<EventFiltering><ProcessCreate onmatch="include">` +
    `${inner}</ProcessCreate></EventFiltering></Sysmon>`;
}

Deno.test("a valid file is said to be valid", async () => {
  assert.deepEqual(await check(["valid/linux.xml"]), { code: 0, stdout: VALIDATED, stderr: "" });
});

Deno.test("an invalid file gives its diagnostics on stderr and 1", async () => {
  const { code, stdout, stderr } = await check(["invalid/misspelt_version.xml"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    `invalid/misspelt_version.xml:1:2: error: <Sysmon> has no schemaversion [MON021]
  1 | <Sysmon schemaVersion="4.90">
    |  ^^^^^^
  help: write a version from 4.00 to 4.91, such as schemaversion="4.90"
invalid/misspelt_version.xml:1:9: error: unknown attribute 'schemaVersion' of <Sysmon> [MON031]
  1 | <Sysmon schemaVersion="4.90">
    |         ^^^^^^^^^^^^^
  help: did you mean \`schemaversion\`?
invalid/misspelt_version.xml:2:4: error: unknown element 'EventFilter' under <Sysmon> [MON030]
  2 |   <EventFilter/>
    |    ^^^^^^^^^^^
  help: did you mean \`EventFiltering\`?
`,
  );
});

Deno.test("the permissive profile accepts what it can skip", async () => {
  const { code, stdout, stderr } = await check(["--permissive", "invalid/structure.xml"]);
  assert.equal(code, 0);
  assert.equal(stdout, VALIDATED);
  assert.match(stderr, /: warning: /);
  assert.doesNotMatch(stderr, /: error: /);
});

Deno.test("the sentence stands where Sysmon prints it: before it refuses a value", async () => {
  const badValue = processCreate("", "<HashAlgorithms>md4</HashAlgorithms>");
  const { code, stdout, stderr } = await check(["-"], badValue);
  assert.deepEqual([code, stdout], [1, VALIDATED]);
  assert.match(stderr, /^<stdin>:1:46: error: unknown hash algorithm 'md4' \[MON060\]\n/);
  const badName = await check(["-"], processCreate("<Imag>a</Imag>"));
  assert.deepEqual([badName.code, badName.stdout], [1, ""]);
});

Deno.test("standard input and several files", async () => {
  const input = Deno.readFileSync(new URL("invalid/wrong_root.xml", FIXTURES));
  const { code, stdout, stderr } = await check(["valid/minimal.xml", "-"], input);
  assert.equal(code, 1);
  assert.equal(stdout, `valid/minimal.xml: ${VALIDATED}`);
  assert.match(stderr, /^<stdin>:1:2: error: the root element must be <Sysmon>/);
  assert.match(stderr, /\n2 files: 1 valid, 1 invalid; 1 error, 0 warnings\n$/);
});

Deno.test("files that cannot be read give 3", async () => {
  const { code, stderr } = await check(["no such\n.xml", "valid/minimal.xml", "no*such.xml"]);
  assert.equal(code, 3);
  assert.equal(
    stderr,
    "no such\\n.xml: error: cannot be read: there is no such file\n" +
      "no*such.xml: error: cannot be read: no file matches\n" +
      "3 files: 1 valid, 2 not read; 0 errors, 0 warnings\n",
  );
});

Deno.test("folders and patterns, each file once, by name", async () => {
  const folder = await check(["valid"]);
  assert.deepEqual(
    folder.stdout.trimEnd().split("\n"),
    ["linux", "minimal", "surprising", "windows"].map((name) =>
      `valid/${name}.xml: ${VALIDATED.trimEnd()}`
    ),
  );
  const pattern = await check(["valid/minimal.xml", "{valid,permissive}/{m,l}*[lxd].xml"]);
  assert.deepEqual(
    [...pattern.stdout.matchAll(/^(.*): C/gm)].map((match) => match[1].replaceAll("\\", "/")),
    ["valid/minimal.xml", "valid/linux.xml"],
  );
  assert.match(pattern.stderr, /permissive\/latin1_undeclared\.xml:2:8: error/);
});

Deno.test("a folder without configurations gives 3; hidden files, rule tests and other YAML are none", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/.git`);
    Deno.writeTextFileSync(`${folder}/.git/a.xml`, "<a/>");
    Deno.writeTextFileSync(`${folder}/rules.tests.yaml`, "schemaversion: 4.90");
    Deno.writeTextFileSync(`${folder}/compose.yml`, "services: {}");
    const { code, stderr } = await monomi(["check", folder]);
    assert.equal(code, 3);
    assert.match(stderr, /there is no configuration in it\n$/);
    const all = await monomi(["check", "**/*.xml"], { cwd: folder });
    assert.match(all.stderr, /: no file matches\n$/);
    const hidden = await monomi(["check", ".git/*.xml"], { cwd: folder });
    assert.match(hidden.stderr, /a\.xml:1:2: error: the root element/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

const WRONG_USAGE: readonly (readonly [args: string[], said: RegExp])[] = [
  [[], /no file is given/],
  [["--nonsense", "a.xml"], /--nonsense/],
  [["--json", "--sarif", "a.xml"], /--json and --sarif exclude each other/],
  [["--platform", "macos", "a.xml"], /--platform is one of linux, windows/],
  [["--target", "auditd", "a.xml"], /--target is one of sysmon, sysmon-linux, monomi/],
  [["--target", "sysmon", "--platform", "linux", "a.xml"], /for windows, not for linux/],
  [["--deny", "warning", "a.xml"], /no such code; is it warnings\?/],
  [["--allow", "MON04", "a.xml"], /no such code; is it MON/],
];
for (const [args, said] of WRONG_USAGE) {
  Deno.test(`wrong usage gives 2: ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await check(args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, said);
  });
}

Deno.test("--deny makes errors of warnings, --allow keeps them quiet", async () => {
  const xml = processCreate("", "<DnsLookup>true</DnsLookup><DnsLookup>true</DnsLookup>");
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await check([...args, "-"], xml);
    assert.equal(stdout, VALIDATED, "Sysmon says so, whatever is denied");
    return [code, /: (error|warning): /.exec(stderr)?.[1]];
  };
  assert.deepEqual(await run(), [0, "warning"]);
  assert.deepEqual(await run("--deny", "warnings"), [1, "error"]);
  assert.deepEqual(await run("--deny", "mon066"), [1, "error"]);
  assert.deepEqual(await run("--deny", "MON067"), [0, "warning"]);
  assert.deepEqual(await run("--allow", "MON067,MON066"), [0, undefined]);
  assert.deepEqual(await run("--allow", "MON066", "--deny", "warnings"), [0, undefined]);
});

Deno.test("an error cannot be allowed", async () => {
  const { code, stderr } = await check(["--allow", "MON020", "invalid/wrong_root.xml"]);
  assert.equal(code, 1);
  assert.match(stderr, /MON020/);
});

Deno.test("--json prints one object and nothing else", async () => {
  const { code, stdout, stderr } = await check(["--json", "invalid/no_version.xml", "nope.xml"]);
  assert.equal(code, 3);
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), {
    files: [{
      file: "invalid/no_version.xml",
      valid: false,
      diagnostics: [{
        severity: "error",
        code: "MON021",
        message: "<Sysmon> has no schemaversion",
        help: 'write a version from 4.00 to 4.91, such as schemaversion="4.90"',
        file: "invalid/no_version.xml",
        line: 1,
        column: 2,
        length: 6,
      }],
    }, {
      file: "nope.xml",
      valid: false,
      diagnostics: [],
      failure: "there is no such file",
    }],
    errors: 1,
    warnings: 0,
  });
});

Deno.test("--sarif and --github name files from the root of the repository", async () => {
  const sarif = await check(["--sarif", "invalid/no_version.xml"]);
  assert.equal(sarif.code, 1);
  const [result] = JSON.parse(sarif.stdout).runs[0].results;
  assert.equal(result.ruleId, "MON021");
  assert.equal(
    result.locations[0].physicalLocation.artifactLocation.uri,
    "invalid/no_version.xml",
  );
  const github = await check(["--github", "./invalid/no_version.xml"]);
  assert.equal(github.code, 1);
  assert.match(github.stdout, /^::error file=invalid\/no_version\.xml,line=1,endLine=1,col=2,/);
});

Deno.test("--target says what will become of the file there", async () => {
  const xml = processCreate("", "<CheckRevocation/>");
  const linux = await check(["--target", "sysmon-linux", "-"], xml);
  assert.deepEqual([linux.code, linux.stdout], [1, VALIDATED]);
  assert.match(
    linux.stderr,
    /^<stdin>:1:31: error: Sysmon for Linux refuses the whole .* \[MON150\]/,
  );
  assert.equal((await check(["--target", "sysmon", "-"], xml)).code, 0);
  const ours = await check(["--target", "monomi", "--deny", "warnings", "-"], xml);
  assert.equal(ours.code, 0);
  assert.match(
    ours.stderr,
    /: note: <CheckRevocation> is read, without effect on Linux \[MON159\]/,
  );
});

Deno.test("an endless file is refused", { ignore: Deno.build.os === "windows" }, async () => {
  const { code, stderr } = await check(["/dev/zero"]);
  assert.equal(code, 1);
  assert.match(stderr, /larger than 8 MiB/);
});

Deno.test("--platform tells what the platform never produces", async () => {
  const xml = `<Sysmon schemaversion="4.90"><EventFiltering><eBPFEvent onmatch="include">` +
    `<User>a</User></eBPFEvent></EventFiltering></Sysmon>`;
  const either = await check(["-"], xml);
  assert.deepEqual([either.code, either.stderr], [0, ""]);
  const windows = await check(["--platform", "windows", "-"], xml);
  assert.equal(windows.code, 0);
  assert.match(windows.stderr, /^<stdin>:1:47: warning: .*eBPFEvent .* \[MON130\]\n/);
});

Deno.test(
  "a pipe in a folder is passed over",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = Deno.makeTempDirSync();
    try {
      await new Deno.Command("mkfifo", { args: [`${folder}/a.xml`] }).output();
      const { code, stderr } = await check([folder]);
      assert.equal(code, 3);
      assert.match(stderr, /there is no configuration in it/);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);
