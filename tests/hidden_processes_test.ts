/** A host that hides processes from other users (proc(5), hidepid) hides none from the sensor. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, MONOMI, output } from "./support/environment.ts";
import { EventFollower } from "./support/events.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const SOMEBODY = ["--reuid=12345", "--regid=12345", "--clear-groups"];
/** A /proc of its own: the host's stays as it is. */
const UNDER_HIDEPID = 'mount -t proc -o hidepid=2 proc /proc && exec "$0" "$@"';

captureTest("with hidepid=2, others' processes are known, before and after the start", async () => {
  using folder = new Folder();
  await Deno.chmod(folder.path, 0o755);
  const program = folder.at("private");
  await Deno.copyFile("/bin/true", program);
  await Deno.chmod(program, 0o100);
  await Deno.chown(program, 12345, 12345);

  const script = `read go; ${program} child; read go`;
  const before = new Deno.Command("setpriv", {
    args: [...SOMEBODY, "/bin/sh", "-c", script],
    stdin: "piped",
  }).spawn();
  const go = before.stdin.getWriter();
  await until(
    "somebody's shell",
    () => Deno.readTextFileSync(`/proc/${before.pid}/cmdline`).startsWith("/bin/sh"),
  );
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    [
      ...["--mount", "/bin/sh", "-c", UNDER_HIDEPID, MONOMI],
      ...["run", "-c", config("processes.xml"), "--sink", `json:${file}`],
    ],
    { program: "unshare" },
  );
  assert.match(
    await Deno.readTextFile(`/proc/${sensor.pid}/mounts`),
    /^proc \/proc proc \S*hidepid=(2|invisible)/m,
  );
  const hidden = ["-t", String(sensor.pid), "-m", "setpriv", ...SOMEBODY, "ls", "/proc/1"];
  await assert.rejects(output("nsenter", ...hidden), /No such file/);

  const written = new EventFollower(file);
  await go.write(new TextEncoder().encode("\n"));
  const start = await until(
    "the child's start",
    () => written.find(({ EventID, Image }) => EventID === 1 && Image === program),
  );
  assert.equal(start.ParentProcessId, before.pid);
  assert.equal(start.ParentImage, await Deno.realPath("/bin/sh"));
  assert.equal(start.ParentCommandLine, `/bin/sh -c ${script}`);
  assert.equal(start.User, start.ParentUser);
  assert.match(String(start.Hashes), /^SHA256=[0-9a-f]{64}$/);
  await go.close();
  await before.status;
  const end = await until(
    "the shell's end",
    () => written.find(({ EventID, ProcessId }) => EventID === 5 && ProcessId === before.pid),
  );
  assert.equal(end.ProcessGuid, start.ParentProcessGuid);
  await sensor.stop();
});
