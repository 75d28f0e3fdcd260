import assert from "node:assert/strict";
import { monomi, type Run } from "./testing.ts";

const FIXTURES = new URL("../../fixtures/config/", import.meta.url);

/** Runs `check` beside the fixtures. */
function check(args: readonly string[], input?: Uint8Array<ArrayBuffer>): Promise<Run> {
  return monomi(["check", ...args], { cwd: FIXTURES, input });
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
