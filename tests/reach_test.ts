/** Every way for a process to reach into another one, and into raw devices. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, isInstalled, output } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

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

captureTest("a debugger and a tracer, and nothing about their own threads", async () => {
  using folder = new Folder();
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "-c", config("reach.xml"), "--sink", `json:${file}`],
  );
  const sleeper = new Deno.Command("sleep", { args: ["60"] }).spawn();
  try {
    const commands = ["-ex", "set var $r11 = 1", "-ex", "detach"];
    await output("gdb", "-nx", "-batch", "-p", String(sleeper.pid), ...commands);
  } finally {
    sleeper.kill("SIGKILL");
    await sleeper.status;
  }
  await output("strace", "-f", "-o", "/dev/null", "true");
  await sensor.stop();

  const events = eventsOf(file);
  const access = events.filter(({ EventID }) => EventID === 10 || EventID === 8);
  const byGdb = access.filter((event) => /gdb/.test(String(event.SourceImage)));
  assert.ok(byGdb.some((e) => e.GrantedAccess === "0xc3a" && e.TargetProcessId === sleeper.pid));
  assert.ok(byGdb.some((e) => e.EventID === 8 && e.TargetProcessId === sleeper.pid));
  assert.ok(byGdb.every((e) => e.SourceProcessId !== e.TargetProcessId));
  const byStrace = access.filter((event) => /strace/.test(String(event.SourceImage)));
  assert.ok(byStrace.some((e) => e.GrantedAccess === "0xc3a"));
  assert.ok(byStrace.every((e) => e.SourceProcessId !== e.TargetProcessId));
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
