/** 32-bit system calls of a 64-bit program. */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

/** Each call with `old` and `new` and what comes out. */
const CALLS: readonly (readonly [call: string, path: string, expected: string])[] = [
  ["open", "new", "+new"],
  ["creat", "new", "+new"],
  ["openat", "new", "+new"],
  ["mknod", "new", "+new"],
  ["link", "old", "+new"],
  ["linkat", "old", "+new"],
  ["symlink", "old", "+new"],
  ["symlinkat", "old", "+new"],
  ["rename", "old", "+new"],
  ["renameat", "old", "+new"],
  ["unlink", "old", "-old"],
  ["unlinkat", "old", "-old"],
];

captureTest("32-bit system calls of a 64-bit program", async (t) => {
  using loads = new Loads();
  using folder = new Folder();
  const file = folder.at("events.json");
  const image = await loads.program("compat_calls");
  await using sensor = await Sensor.start(
    ["run", "-c", config("uring.xml"), "--sink", `json:${file}`],
  );
  const made: { call: string; at: string; pid: number; expected: string }[] = [];
  for (const [call, path, expected] of CALLS) {
    const at = folder.at(call);
    Deno.mkdirSync(at);
    Deno.writeTextFileSync(`${at}/old`, "old");
    const { pid } = await loads.run("compat_calls", call, `${at}/${path}`, `${at}/new`);
    made.push({ call, at, pid, expected });
  }
  const sleeper = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const reading = await loads.run("compat_calls", "read", `/proc/${sleeper.pid}/mem`, "-");
  sleeper.kill("SIGKILL");
  await sleeper.status;
  await sensor.stop();

  const events = eventsOf(file, ({ EventID }) => [10, 11, 23].includes(EventID));
  for (const { call, at, pid, expected } of made) {
    await t.step(call, () => {
      const own = events.filter((event) => event.ProcessId === pid);
      const found = own.map(({ EventID, TargetFilename }) =>
        `${EventID === 11 ? "+" : "-"}${String(TargetFilename).replace(`${at}/`, "")}`
      );
      assert.deepEqual(found, [expected]);
      assert.equal(own[0].Image, image);
    });
  }
  await t.step("another process's memory", () => {
    const own = events.filter((event) => event.SourceProcessId === reading.pid);
    assert.deepEqual(own.map(({ GrantedAccess }) => GrantedAccess), ["0x10"]);
  });
});
