/** A sensor that is killed leaves nothing behind in the kernel and on disk. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, isInstalled } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** Numbers of the kernel objects that a process holds open, by the kernel's own account. */
async function heldObjects(pid: number): Promise<Record<"prog" | "map" | "link", number[]>> {
  const held = { prog: new Set<number>(), map: new Set<number>(), link: new Set<number>() };
  for await (const { name } of Deno.readDir(`/proc/${pid}/fdinfo`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    for (const [, kind, id] of text.matchAll(/^(prog|map|link)_id:\s*(\d+)$/gm)) {
      held[kind as keyof typeof held].add(Number(id));
    }
  }
  return { prog: [...held.prog], map: [...held.map], link: [...held.link] };
}

async function isInKernel(kind: string, id: number): Promise<boolean> {
  const { success } = await new Deno.Command("bpftool", {
    args: [kind, "show", "id", String(id)],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

captureTest(
  "kill -9 leaves no program, map or link in the kernel",
  async () => {
    using loads = new Loads();
    using folder = new Folder();
    await loads.program("exec_storm");
    const file = folder.at("events.json");
    await using sensor = await Sensor.start(
      ["run", "-c", config("everything.xml"), "--sink", `json:${file}`],
    );
    const held = await heldObjects(sensor.pid);
    assert(held.prog.length > 0 && held.map.length > 0, JSON.stringify(held));
    const storm = loads.run("exec_storm", 2_000);
    await until("an event", () => Deno.statSync(file).size > 0);
    sensor.signal("SIGKILL");
    const { signal } = await sensor.end();
    await storm;

    assert.equal(signal, "SIGKILL");
    for (const [kind, ids] of Object.entries(held)) {
      for (const id of ids) {
        await until(`the end of ${kind} ${id}`, async () => !await isInKernel(kind, id));
      }
    }
  },
  isInstalled("bpftool") ? undefined : "bpftool is not installed",
);

captureTest("a new sensor works beside and after a killed one", async () => {
  using loads = new Loads();
  using folder = new Folder();
  await loads.program("exec_storm");
  const file = folder.at("events.json");
  const args = ["run", "-c", config("processes.xml"), "--sink", `json:${file}`];
  await using first = await Sensor.start(["run", "-c", config("processes.xml")]);
  await using second = await Sensor.start(args);
  first.signal("SIGKILL");
  await first.end();
  const { pid } = await loads.run("exec_storm", 200);
  await second.stop();
  const starts = eventsOf(
    file,
    (event) => event.EventID === 1 && event.ParentProcessId === pid,
  );
  assert.equal(starts.length, 200);
});
