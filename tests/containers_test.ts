/** Processes in containers: their place is in every event, and rules can ask for it. */
import assert from "node:assert/strict";
import { Cgroup, cgroupTrees } from "./support/cgroups.ts";
import { captureTest, config, exists, Folder, output } from "./support/environment.ts";
import { eventsOf, type JsonEvent, linesOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const ID = crypto.getRandomValues(new Uint8Array(32)).toHex();
const POD = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const UNIT = POD.replaceAll("-", "_");
const POD_PATH = `/kubepods.slice/kubepods-pod${UNIT}.slice/cri-containerd-${ID}.scope`;
const TREES = cgroupTrees();
const NO_UNIFIED = TREES.unified === undefined ? "no control groups of version 2" : undefined;
const NO_LEGACY = TREES.legacy === undefined ? "no control groups of version 1" : undefined;

interface Container {
  readonly Id: string;
  readonly Runtime: string;
  readonly PodUid: string;
  readonly CgroupPath: string;
  readonly HostImage: string;
  readonly ProcessId: number;
}

/** A mounted root file system with the program `in_container` in it, which the host can see. */
class RootFileSystem implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(folder: Folder, program: string): Promise<RootFileSystem> {
    const path = folder.at("root file system");
    await Deno.mkdir(path);
    await output("mount", "-t", "tmpfs", "none", path);
    await Deno.copyFile(program, `${path}/in_container`);
    return new RootFileSystem(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await output("umount", this.path);
  }
}

function containerOf(event: JsonEvent): Container | undefined {
  return event.Container as unknown as Container | undefined;
}

/** Runs the program in control groups under a sensor with these arguments. */
async function contained(groups: readonly Cgroup[], ...sensorArgs: string[]): Promise<string> {
  using loads = new Loads();
  using folder = new Folder();
  await using root = await RootFileSystem.make(folder, await loads.program("in_container"));
  await using sensor = await Sensor.start(["run", ...sensorArgs]);
  await loads.run("in_container", root.path, ...groups.map(({ procs }) => procs));
  await output("/bin/true", "outside");
  await sensor.stop();
  return root.path;
}

captureTest("events of a container have its place, as the host and as it sees itself", async () => {
  using group = new Cgroup(TREES.unified!, POD_PATH);
  using folder = new Folder();
  const file = folder.at("events.json");
  const root = await contained([group], "-c", config("everything.xml"), "--sink", `json:${file}`);
  const events = eventsOf(file);
  const inside = events.filter(({ Image }) => Image === "/in_container");
  const start = inside.find(({ EventID }) => EventID === 1)!;
  assert.equal(start.CommandLine, "in_container inside");
  assert.deepEqual(containerOf(start), {
    Id: ID,
    Runtime: "containerd",
    PodUid: POD,
    CgroupPath: POD_PATH,
    HostImage: `${root}/in_container`,
    ProcessId: 1,
  });
  for (const [name, pid] of [["/by-program", 1], ["/by-child", 2]] as const) {
    for (const id of [11, 23]) {
      const event = inside.find((one) => one.EventID === id && one.TargetFilename === name);
      assert.equal(event && containerOf(event)!.ProcessId, pid, `${id} ${name}`);
      assert.equal(containerOf(event!)!.Id, ID);
    }
  }
  const ends = inside.filter(({ EventID }) => EventID === 5).map((event) => containerOf(event)!);
  assert.deepEqual(ends.map(({ ProcessId }) => ProcessId).sort(), [1, 2]);
  const outside = events.find(({ CommandLine }) => CommandLine === "/bin/true outside")!;
  assert.equal(containerOf(outside), undefined);
}, NO_UNIFIED);

captureTest("a container in control groups of version 1", async () => {
  using unified = new Cgroup(TREES.unified!, "/system.slice/containerd.service");
  using legacy = new Cgroup(TREES.legacy!, `/docker/${ID}`);
  using folder = new Folder();
  const file = folder.at("events.json");
  const groups = [unified, legacy];
  await contained(groups, "-c", config("everything.xml"), "--sink", `json:${file}`);
  const start = eventsOf(file, (event) => event.Image === "/in_container")[0];
  const { Id, Runtime, PodUid, CgroupPath } = containerOf(start)!;
  assert.deepEqual([Id, Runtime, PodUid, CgroupPath], [ID, "docker", "-", `/docker/${ID}`]);
}, NO_UNIFIED ?? NO_LEGACY);

captureTest("a process that was there before, and one that is moved", async () => {
  using group = new Cgroup(TREES.unified!, `/system.slice/docker-${ID}.scope`);
  using folder = new Folder();
  const file = folder.at("events.json");
  const script = `read go; : > ${folder.at("before")}; echo there; read go; : > ${
    folder.at("late")
  }`;
  await using early = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const asked = early.stdin.getWriter();
  const answers = early.stdout.getReader();
  const line = new TextEncoder().encode("go\n");
  Deno.writeTextFileSync(group.procs, String(early.pid));
  await using sensor = await Sensor.start(
    ["run", "-c", config("everything.xml"), "--sink", `json:${file}`],
  );
  await asked.write(line);
  await answers.read();
  Deno.writeTextFileSync(`${TREES.unified}/cgroup.procs`, String(early.pid));
  await asked.write(line);
  await asked.close();
  await early.status;
  await answers.cancel();
  await sensor.stop();
  const made = eventsOf(file, ({ EventID }) => EventID === 11);
  const of = (name: string) => made.find((event) => event.TargetFilename === folder.at(name))!;
  assert.equal(containerOf(of("before"))?.Id, ID);
  assert.equal(containerOf(of("before"))?.HostImage, of("before").Image);
  assert.equal(containerOf(of("late")), undefined);
}, NO_UNIFIED);

captureTest("rules in YAML ask for containers, and XML has no trace of them", async () => {
  using group = new Cgroup(TREES.unified!, POD_PATH);
  using folder = new Folder();
  const [rules, json, xml] = ["rules.yaml", "events.json", "events.xml"].map((n) => folder.at(n));
  Deno.writeTextFileSync(
    rules,
    `schemaversion: 4.90
EventFiltering:
  - RuleGroup: and
    events:
      - ProcessCreate: include
        conditions:
          - ContainerRuntime: { is any: [docker, containerd] }
            name: contained
          - PodUid: ${POD}
          - ContainerId: { begin with: ${ID.slice(0, 12)} }
      - FileDelete: include
        conditions:
          - HostImage: { end with: file system/in_container }
      - ProcessTerminate: include
        conditions:
          - ContainerId: "-"
`,
  );
  await contained([group], "-c", rules, "--sink", `json:${json}`, "--sink", `xml:${xml}`);
  const events = eventsOf(json);
  const starts = events.filter(({ EventID }) => EventID === 1);
  assert.deepEqual(starts.map(({ CommandLine, RuleName }) => [CommandLine, RuleName]), [
    ["in_container inside", "contained"],
  ]);
  const deleted = events.filter(({ EventID }) => EventID === 23);
  assert.deepEqual(deleted.map((event) => event.TargetFilename), ["/by-program", "/by-child"]);
  const ends = events.filter(({ EventID }) => EventID === 5);
  assert.ok(ends.some(({ Image }) => String(Image).endsWith("/true")));
  assert.ok(!ends.some(({ Image }) => Image === "/in_container"));
  const lines = [...linesOf(xml)].join("\n");
  assert.ok(lines.includes("/by-program") && !/Name="(?:Container|PodUid|HostImage)/.test(lines));
}, NO_UNIFIED ?? (exists("/bin/true") ? undefined : "no /bin/true"));
