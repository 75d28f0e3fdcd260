import assert from "node:assert/strict";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `check` in a process of its own, as the program does. */
async function check(
  args: readonly string[],
  input: Uint8Array<ArrayBuffer> | null = null,
): Promise<Run> {
  const module = new URL("./check.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      `import { check } from ${JSON.stringify(module)}; Deno.exit(await check(Deno.args));`,
      "--",
      ...args,
    ],
    cwd: FIXTURES,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== null) await writer.write(input);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("a valid file is said to be valid", async () => {
  assert.deepEqual(await check(["valid/linux.xml"]), {
    code: 0,
    stdout: "Configuration file validated.\n",
    stderr: "",
  });
});

Deno.test("an invalid file gives its diagnostics on stderr and 1", async () => {
  const { code, stdout, stderr } = await check(["invalid/versions.xml"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^invalid\/versions\.xml:2:3: error: .* \[MON036\]\n/);
  assert.equal(stderr.trimEnd().split("\n").length, 4);
});

Deno.test("the permissive profile accepts what it can skip", async () => {
  const { code, stdout, stderr } = await check(["--permissive", "invalid/structure.xml"]);
  assert.equal(code, 0);
  assert.equal(stdout, "Configuration file validated.\n");
  assert.match(stderr, /: warning: /);
  assert.doesNotMatch(stderr, /: error: /);
});

Deno.test("standard input and several files", async () => {
  const input = Deno.readFileSync(new URL("invalid/wrong_root.xml", FIXTURES));
  const { code, stdout, stderr } = await check(["valid/minimal.xml", "-"], input);
  assert.equal(code, 1);
  assert.equal(stdout, "valid/minimal.xml: Configuration file validated.\n");
  assert.match(stderr, /^<stdin>:1:1: error: the root element must be <Sysmon>/);
});

Deno.test("files that cannot be read give 3", async () => {
  const { code, stderr } = await check(["no such\n.xml", "valid", "valid/minimal.xml"]);
  assert.equal(code, 3);
  assert.equal(
    stderr,
    "no such\\n.xml: error: cannot be read: there is no such file\n" +
      "valid: error: cannot be read: it is a directory\n",
  );
});

Deno.test("wrong usage gives 2", async () => {
  assert.equal((await check([])).code, 2);
  assert.equal((await check(["--nonsense", "valid/minimal.xml"])).code, 2);
  assert.equal((await check(["-", "-"])).code, 2);
});

Deno.test("--json prints one object and nothing else", async () => {
  const { code, stdout, stderr } = await check(["--json", "invalid/no_version.xml"]);
  assert.equal(code, 1);
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), {
    files: [{
      file: "invalid/no_version.xml",
      valid: false,
      diagnostics: [{
        severity: "error",
        code: "MON021",
        message: '<Sysmon> needs a schemaversion, such as schemaversion="4.91"',
        file: "invalid/no_version.xml",
        line: 1,
        column: 1,
      }],
    }],
  });
});

Deno.test("an endless file is refused", { ignore: Deno.build.os === "windows" }, async () => {
  const { code, stderr } = await check(["/dev/zero"]);
  assert.equal(code, 1);
  assert.match(stderr, /larger than 8 MiB/);
});
