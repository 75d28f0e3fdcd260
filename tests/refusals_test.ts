/** What the program says when it cannot run or is used wrongly. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, MONOMI } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { monomi } from "./support/sensor.ts";

const NOBODY = "65534";
const NO_STACK = /^\s+at .*:\d+/m;

captureTest("without root it says so and what to do", async () => {
  using loads = new Loads();
  const asUser = await loads.program("as_user");
  await Deno.chmod(loads.folder.path, 0o755);
  const program = loads.folder.at("monomi");
  await Deno.copyFile(MONOMI, program);
  await Deno.chmod(program, 0o755);
  const { code, stderr } = await new Deno.Command(asUser, {
    args: [NOBODY, program, "run", "--duration", "1s"],
    cwd: "/",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 3, said);
  assert.match(said, /root|capabilit/i);
  assert.doesNotMatch(said, NO_STACK);
});

captureTest("an output that cannot be written is told before capturing", async () => {
  using folder = new Folder();
  for (const path of [folder.at("none/events.json"), "/proc/events.json", folder.path]) {
    const { code, stderr } = await monomi("run", "--sink", `json:${path}`, "--duration", "1s");
    assert.equal(code, 3, stderr);
    assert(stderr.includes(path), stderr);
    assert.doesNotMatch(stderr, NO_STACK);
    assert.doesNotMatch(stderr, /monomi: capturing/);
  }
});

Deno.test("wrong usage ends with 2 and says what is right", async () => {
  for (
    const args of [
      ["no-such-command"],
      ["run", "--no-such-option"],
      ["run", "--sink", "csv:-"],
      ["run", "--duration", "long"],
      ["replay"],
      ["record"],
      ["check"],
    ]
  ) {
    const { code, stderr } = await monomi(...args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.notEqual(stderr.trim(), "");
    assert.doesNotMatch(stderr, NO_STACK);
  }
});

Deno.test("help, version and schema go to standard output", async () => {
  for (const args of [["--version"], ["help"], ["help", "run"], ["schema"], ["schema", "4.90"]]) {
    const { code, stdout, stderr } = await monomi(...args);
    assert.equal(code, 0, stderr);
    assert.notEqual(stdout, "");
    assert.equal(stderr, "");
  }
});

Deno.test("a valid configuration is called so", async () => {
  const { code, stdout } = await monomi("check", config("everything.xml"));
  assert.equal(code, 0);
  assert.equal(stdout, "Configuration file validated.\n");
});
