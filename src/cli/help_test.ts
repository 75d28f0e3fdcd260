import assert from "node:assert/strict";
import { allCommands } from "./commands.ts";
import { monomi } from "./testing.ts";

Deno.test("every command's help begins with its usage and fits a terminal", async () => {
  for (const { name, help } of await allCommands()) {
    assert.ok(help.startsWith(`usage: monomi ${name} `), name);
    for (const line of help.split("\n")) assert.ok([...line].length <= 100, `${name}: ${line}`);
  }
});

Deno.test("commands for configurations have --json and tell their exit codes", async () => {
  const commands = (await allCommands()).filter(({ group }) => group === "configurations");
  assert.ok(commands.length > 8);
  for (const { name, help } of commands) {
    assert.match(help, /^ {2}--json {2,}/m, name);
    assert.match(help, /^exit codes: 0 [^]*, 1 [^]*,\s2 wrong usage, 3\s/m, name);
  }
});

Deno.test("--help explains a command, also behind its arguments; -h is left to Sysmon's switches", async () => {
  const check = (await allCommands()).find(({ name }) => name === "check")!;
  const [alone, behind, short] = await Promise.all([
    monomi(["check", "--help"]),
    monomi(["check", "--json", "missing.xml", "--help"]),
    monomi(["check", "-h"]),
  ]);
  assert.deepEqual(alone, { code: 0, stdout: `${check.help}\n`, stderr: "" });
  assert.deepEqual(behind, alone);
  assert.equal(short.code, 2);
});

Deno.test("behind -- nothing is an option", async () => {
  const { code, stderr } = await monomi(["check", "--", "--help"]);
  assert.equal(code, 3);
  assert.match(stderr, /--help/);
});
