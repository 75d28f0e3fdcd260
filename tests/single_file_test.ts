/** The packed file, alone: no companion, no environment, nothing left behind. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder, MONOMI, output } from "./support/environment.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const FIRST_EVENT_LIMIT_MS = 1_000;
const LARGEST_FILE = 45_000_000;
const STARTS = 3;

captureTest("one file in an empty directory captures within a second", async () => {
  using folder = new Folder();
  const program = folder.at("monomi");
  await Deno.copyFile(MONOMI, program);
  assert((await Deno.stat(program)).size <= LARGEST_FILE);
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) times.push(await millisecondsToFirstEvent(program, folder));
  assert(
    Math.min(...times) <= FIRST_EVENT_LIMIT_MS,
    `launch to first event: ${times.map(Math.round)} ms`,
  );
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["monomi"]);
});

async function millisecondsToFirstEvent(program: string, folder: Folder): Promise<number> {
  let first: number | undefined;
  const begin = performance.now();
  await using sensor = Sensor.launch(
    ["run", "-c", config("processes.xml"), "--sink", "json:-"],
    {
      program,
      cwd: folder.path,
      env: { PATH: "", HOME: "" },
      onLine: (line) => {
        if (JSON.parse(line).EventID === 1) first ??= performance.now();
      },
    },
  );
  await until("the first event", async () => {
    await new Deno.Command("/bin/true").output();
    return first !== undefined;
  });
  const waited = millisecondsWithoutProcessor(sensor.pid);
  await sensor.stop();
  return first! - begin - waited;
}

/** How long the main thread was ready to run while others had the processors. */
function millisecondsWithoutProcessor(pid: number): number {
  const [, waited] = Deno.readTextFileSync(`/proc/${pid}/schedstat`).split(" ");
  return Number(waited) / 1e6;
}

captureTest("ps shows monomi, and only its own files are open", async () => {
  using folder = new Folder();
  const program = folder.at("monomi");
  await Deno.copyFile(MONOMI, program);
  await using sensor = await Sensor.start(
    ["run", "-c", config("processes.xml"), "--sink", `json:${folder.at("events.json")}`],
    { program, cwd: folder.path, env: { PATH: "", HOME: "" } },
  );
  const name = await Deno.readTextFile(`/proc/${sensor.pid}/comm`);
  assert.equal(name.trim(), "monomi");
  const shown = await output("ps", "-o", "comm=,args=", "-p", String(sensor.pid));
  assert.match(shown, /^monomi\s+(\S*\/)?monomi run -c /);
  const open = [...Deno.readDirSync(`/proc/${sensor.pid}/fd`)]
    .map(({ name }) => Deno.readLinkSync(`/proc/${sensor.pid}/fd/${name}`));
  const inSharedPlaces = open.filter((path) => /^\/(tmp|var\/tmp|dev\/shm)\//.test(path));
  assert.deepEqual(inSharedPlaces, [folder.at("events.json")]);
  const mapped = await Deno.readTextFile(`/proc/${sensor.pid}/maps`);
  const fromSharedPlaces = mapped.split("\n").filter((line) => / \/(tmp|var\/tmp)\//.test(line));
  assert.deepEqual(fromSharedPlaces.filter((line) => !line.includes(program)), []);
  await sensor.stop();
});

captureTest("nothing is left in any directory for temporary files", async () => {
  using folder = new Folder("/var/lib");
  const program = folder.at("monomi");
  await Deno.copyFile(MONOMI, program);
  // In mounts of its own, so that nobody else's files come and go there meanwhile.
  const script = folder.at("script");
  await Deno.writeTextFile(
    script,
    `set -e
for place in /tmp /var/tmp /dev/shm /run; do mount -t tmpfs none $place; done
cd ${folder.path}
env -i ${program} run -c ${folder.at("config.xml")} --sink json:${
      folder.at("events.json")
    } --duration 2s
find /tmp /var/tmp /dev/shm /run -mindepth 1 > ${folder.at("left")}
`,
  );
  await Deno.copyFile(config("processes.xml"), folder.at("config.xml"));
  await output("unshare", "--mount", "sh", script);
  assert.equal(await Deno.readTextFile(folder.at("left")), "");
  assert(exists(folder.at("events.json")));
  assert.deepEqual(
    [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(),
    ["config.xml", "events.json", "left", "monomi", "script"],
  );
});

captureTest("SIGTERM ends it like ctrl-C, and --duration by itself", async () => {
  for (const end of ["SIGINT", "SIGTERM"] as const) {
    await using sensor = await Sensor.start(["run", "-c", config("processes.xml")]);
    const { stderr } = await sensor.stop(end);
    assert.match(stderr, /stopped after/);
  }
  await using sensor = await Sensor.start(
    ["run", "-c", config("processes.xml"), "--duration", "1s"],
  );
  assert.equal((await sensor.end()).code, 0);
});
