/** Rules for blocking are enforced, or their want is told everywhere; `plan` says which beforehand. */
import assert from "node:assert/strict";
import type { AttachPlan } from "../src/sources/native_answers.ts";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { monomi, Sensor } from "./support/sensor.ts";

const RULES = config("blocking.xml");

interface Plan extends AttachPlan {
  readonly rulesForBlocking: readonly string[];
}

async function plan(): Promise<Plan> {
  const { code, stdout, stderr } = await monomi("plan", "--json", "-c", RULES);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

captureTest("rules for blocking that are not enforced are told everywhere", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const { blocking } = await plan();
  await using sensor = await Sensor.start(["run", "-c", RULES, "--sink", `json:${file}`]);
  const { stderr } = await sensor.stop();
  assert.match(stderr, /blocking\.xml:\d+:\d+: warning: Hashes of rule 'by hash' .*\[MON180\]/);
  const complaints = stderr.split("\n").filter((line) => line.includes("monomi: warning: "));
  assert.equal(complaints.length, 1, stderr);
  const reported = eventsOf(file).filter(({ EventID, ID }) => EventID === 255 && ID === "Blocking");
  assert.equal(reported.length, 1);
  const nothing = /FileBlockExecutable: nothing is blocked: /;
  assert.equal(nothing.test(complaints[0]), !blocking.possible, complaints[0]);
  assert.equal(nothing.test(String(reported[0].Description)), !blocking.possible);
});

captureTest("plan tells what would be attached and attaches nothing", async () => {
  const before = await links();
  const { namesInside, blocking, rulesForBlocking, programs } = await plan();
  assert.deepEqual(rulesForBlocking, ["FileBlockExecutable"]);
  assert.equal(blocking.possible, blocking.reason === undefined);
  const attached = programs.filter(({ hooks }) => hooks.length > 0).map(({ name }) => name);
  assert.ok(attached.includes("process_exec"));
  assert.equal(attached.includes("block_create"), blocking.possible);
  assert.ok(!attached.includes("file_name") && !attached.includes("name_unlink"), `${namesInside}`);
  assert.deepEqual(await links(), before);

  const text = await monomi("plan", "--hooks", "-c", RULES);
  assert.match(text.stdout, /^process_exec +sched_process_exec$/m);
  assert.match(
    text.stdout,
    blocking.possible ? /^blocking +possible/m : /^blocking +NOT POSSIBLE: /m,
  );

  const status = await monomi("status", "--hooks");
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stderr, /not running; this is what would be attached/);
  assert.equal(status.stdout, (await monomi("plan", "--hooks")).stdout);
});

/** Ids of the BPF links on this host that belong to this program. */
async function links(): Promise<unknown[]> {
  const { stdout } = await new Deno.Command("bpftool", { args: ["--json", "link"] }).output();
  const all: { id: number; pids?: { comm: string }[] }[] = JSON.parse(
    new TextDecoder().decode(stdout) || "[]",
  );
  return all.filter(({ pids }) => pids?.some(({ comm }) => comm.startsWith("monomi")));
}
