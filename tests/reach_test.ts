/** Every way for a process to reach into another one, and into raw devices. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, isInstalled, output } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** What `reach WAY` gives: `10 GrantedAccess` or `8`, in order. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  attach: ["10 0xc3a"],
  seize: ["10 0xc3a"],
  poke: ["10 0xc3a", "8"],
  setregs: ["10 0xc3a", "8"],
  setregset: ["10 0xc3a", "8"],
  readv: ["10 0x10"],
  writev: ["8"],
  getfd: ["10 0x40"],
  memory: ["10 0x10"],
  pwrite: ["10 0x38", "8"],
  write: ["10 0x28", "8"],
  maps: ["10 0x400"],
  environ: ["10 0x410"],
  "own-memory": [],
  "own-maps": [],
};

const describe = (event: JsonEvent) =>
  event.EventID === 10 ? `10 ${event.GrantedAccess}` : String(event.EventID);

captureTest("each way to reach into another process", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = await loads.program("reach");
  await using sensor = await Sensor.start(
    ["run", "-c", config("reach.xml"), "--sink", `json:${file}`],
  );
  const made: { way: string; pid: number; target: number; address: string | undefined }[] = [];
  for (const way of Object.keys(WAYS)) {
    const { pid, lines } = await loads.run("reach", way);
    made.push({ way, pid, target: Number(lines[0]), address: lines[1] });
  }
  await sensor.stop();

  const events = eventsOf(file);
  for (const { way, pid, target, address } of made) {
    await t.step(way, () => {
      const own = events.filter((event) => event.SourceProcessId === pid);
      assert.deepEqual(own.map(describe), WAYS[way]);
      for (const event of own) {
        assert.equal(event.SourceImage, image);
        assert.equal(event.TargetImage, image);
        assert.equal(event.TargetProcessId, target);
        assert.equal(event.SourceUser, "root");
        assert.equal(event.TargetUser, "root");
        if (event.EventID === 10) {
          assert.equal(event.SourceThreadId, pid);
        } else {
          assert.equal(event.NewThreadId, target);
          assert.equal(Number(event.StartAddress), parseInt(address!, 16));
        }
      }
    });
  }
});

/** Source's name, target's name and id, and what happened, of all that was reached into. */
function reached(events: readonly JsonEvent[], by: string): Set<string> {
  const own = events.filter(({ EventID, SourceImage }) =>
    (EventID === 8 || EventID === 10) && String(SourceImage).endsWith(`/${by}`)
  );
  for (const event of own) assert.notEqual(event.SourceProcessId, event.TargetProcessId);
  return new Set(own.map((event) => `${event.TargetProcessId} ${describe(event)}`));
}

const SET_A_REGISTER = ["-ex", "set var $r11 = 1"];

captureTest("a debugger and a tracer, and nothing about their own threads", async (t) => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const sleep = await Deno.realPath("/bin/sleep");
  await using sensor = await Sensor.start(
    ["run", "-c", config("reach.xml"), "--sink", `json:${file}`],
  );
  const attached = new Deno.Command(sleep, { args: ["60"] }).spawn();
  const traced = new Deno.Command(sleep, { args: ["60"] }).spawn();
  let started: number;
  try {
    const target = ["-p", String(attached.pid)];
    await output("gdb", "-nx", "-batch", ...target, ...SET_A_REGISTER, "-ex", "detach");
    const start = ["-ex", "set startup-with-shell off", "-ex", "starti"];
    const tell = ["-ex", "info inferiors", "-ex", "kill"];
    const said = await output(
      "gdb",
      "-nx",
      "-batch",
      ...start,
      ...SET_A_REGISTER,
      ...tell,
      "--args",
      sleep,
      "60",
    );
    started = Number(/process (\d+)/.exec(said)![1]);
    const tracer = new Deno.Command("strace", {
      args: ["-f", "-o", "/dev/null", "-p", String(traced.pid)],
      stderr: "null",
    }).spawn();
    await until("the tracer's hold", () =>
      /^TracerPid:\t[1-9]/m.test(
        Deno.readTextFileSync(`/proc/${traced.pid}/status`),
      ));
    tracer.kill("SIGINT");
    await tracer.status;
  } finally {
    for (const child of [attached, traced]) {
      child.kill("SIGKILL");
      await child.status;
    }
  }
  await output("strace", "-f", "-o", "/dev/null", "true");
  await sensor.stop();

  const events = eventsOf(file);
  const byGdb = reached(events, "gdb");
  await t.step("gdb attaches to a process and sets a register", () => {
    const own = [...byGdb].filter((text) => text.startsWith(`${attached.pid} `));
    assert.ok(own.includes(`${attached.pid} 10 0xc3a`), own.join());
    assert.ok(own.includes(`${attached.pid} 8`), own.join());
    const [event] = events.filter((event) =>
      event.EventID === 8 && event.TargetProcessId === attached.pid
    );
    assert.equal(event.TargetImage, sleep);
    assert.equal(event.NewThreadId, attached.pid);
  });
  await t.step("gdb starts a process, which asks to be traced itself", () => {
    const own = [...byGdb].filter((text) => text.startsWith(`${started} `));
    assert.ok(own.includes(`${started} 8`), own.join());
    assert.ok(!own.includes(`${started} 10 0xc3a`), own.join());
  });
  await t.step("gdb reached into nobody else", () => {
    const targets = new Set([...byGdb].map((text) => Number(text.split(" ")[0])));
    assert.deepEqual(targets, new Set([attached.pid, started]));
  });
  await t.step("strace attaches to a process, and to its own children alone", () => {
    const attaching = events.filter((event) =>
      event.EventID === 10 && String(event.SourceImage).endsWith("/strace") &&
      event.GrantedAccess === "0xc3a"
    );
    const byStrace = reached(events, "strace");
    assert.ok(byStrace.has(`${traced.pid} 10 0xc3a`), [...byStrace].join());
    assert.ok([...byStrace].every((text) => !text.endsWith(" 8")), [...byStrace].join());
    for (const event of attaching) {
      const isForked = event.TargetImage === event.SourceImage;
      assert.ok(isForked || event.TargetProcessId === traced.pid, JSON.stringify(event));
    }
  });
}, isInstalled("gdb") && isInstalled("strace") ? undefined : "gdb or strace is not installed");

captureTest("a block device opened for reading, not for writing alone", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  const device = folder.at("device");
  await output("mknod", device, "b", "7", "0");
  await using sensor = await Sensor.start(
    ["run", "-c", config("reach.xml"), "--sink", `json:${file}`],
  );
  (await Deno.open(device, { read: true })).close();
  (await Deno.open(device, { write: true })).close();
  await sensor.stop();
  const events = eventsOf(file, ({ EventID }) => EventID === 9);
  assert.deepEqual(events.map(({ Device, ProcessId }) => [Device, ProcessId]), [
    [device, Deno.pid],
  ]);
});
