/** Who a process is: identity, parent and user, for processes old and new. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import { EventFollower, eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const DAEMON = 1;

/** Runs `load` under a sensor; gives all that it wrote. `load` can wait for what is written. */
async function eventsDuring(
  load: (written: EventFollower) => Promise<void>,
): Promise<JsonEvent[]> {
  using folder = new Folder();
  const file = folder.at("events.json");
  await using sensor = await Sensor.start(
    ["run", "-c", config("everything.xml"), "--sink", `json:${file}`],
  );
  await load(new EventFollower(file));
  await sensor.stop();
  return eventsOf(file);
}

function ofProcess(events: readonly JsonEvent[], id: number, pid: number): JsonEvent[] {
  return events.filter((event) => event.EventID === id && event.ProcessId === pid);
}

captureTest("a parent that was there before has image, command line, user and GUID", async () => {
  let pids: number[] = [];
  const events = await eventsDuring(async () => {
    const children = ["/bin/true", "/bin/true"].map((path) => new Deno.Command(path).spawn());
    pids = children.map((child) => child.pid);
    await Promise.all(children.map((child) => child.status));
  });
  const [first, second] = pids.map((pid) => ofProcess(events, 1, pid)[0]);
  const commandLine = await Deno.readTextFile("/proc/self/cmdline");
  assert.equal(first.ParentProcessId, Deno.pid);
  assert.equal(first.ParentImage, await Deno.realPath("/proc/self/exe"));
  assert.equal(first.ParentCommandLine, commandLine.replace(/\0$/, "").replaceAll("\0", " "));
  assert.equal(first.ParentUser, "root");
  assert.notEqual(first.ParentProcessGuid, "{00000000-0000-0000-0000-000000000000}");
  assert.equal(second.ParentProcessGuid, first.ParentProcessGuid);
});

captureTest("an exec in the same process is a new process image, and one end", async () => {
  let pid = 0;
  const events = await eventsDuring(async () => {
    const child = new Deno.Command("/bin/sh", { args: ["-c", "exec /bin/true again"] }).spawn();
    pid = child.pid;
    await child.status;
  });
  const starts = ofProcess(events, 1, pid);
  assert.deepEqual(
    starts.map((event) => event.CommandLine),
    ["/bin/sh -c exec /bin/true again", "/bin/true again"],
  );
  assert.notEqual(starts[0].ProcessGuid, starts[1].ProcessGuid);
  assert.deepEqual(
    ofProcess(events, 5, pid).map((event) => event.ProcessGuid),
    [starts[1].ProcessGuid],
  );
});

captureTest("a process id that comes again is another process", async () => {
  using loads = new Loads();
  await loads.program("reuse_pid");
  let pid = 0;
  const events = await eventsDuring(async () => {
    const { lines } = await loads.run("reuse_pid", "/bin/true");
    pid = Number(lines[0]);
  });
  const starts = ofProcess(events, 1, pid).map((event) => event.ProcessGuid);
  assert.equal(starts.length, 2);
  assert.notEqual(starts[0], starts[1]);
  assert.deepEqual(ofProcess(events, 5, pid).map((event) => event.ProcessGuid), starts);
});

captureTest("user, working directory and parent of another user's process", async () => {
  using loads = new Loads();
  const asUser = await loads.program("as_user");
  let pid = 0;
  const events = await eventsDuring(async () => {
    const child = new Deno.Command(asUser, {
      args: [String(DAEMON), "/bin/sh", "-c", "cd /usr; /bin/true in a directory; :"],
      cwd: "/",
    }).spawn();
    pid = child.pid;
    await child.status;
  });
  const shell = ofProcess(events, 1, pid).at(-1)!;
  assert.equal(shell.User, "daemon");
  assert.equal(shell.CurrentDirectory, "/");
  const child = events.find((event) => event.EventID === 1 && event.ParentProcessId === pid)!;
  assert.equal(child.User, "daemon");
  assert.equal(child.ParentUser, "daemon");
  assert.equal(child.CurrentDirectory, "/usr");
  assert.equal(child.ParentProcessGuid, shell.ProcessGuid);
  assert.equal(child.ParentCommandLine, shell.CommandLine);
  assert.equal(ofProcess(events, 5, pid)[0].User, "daemon");
});

captureTest("an image that only a container's mounts have is hashed there", async () => {
  using folder = new Folder();
  await Deno.copyFile("/bin/cat", folder.at("hidden"));
  // Behind an ELF file's end, so that the content is this test's alone.
  await Deno.writeTextFile(folder.at("hidden"), crypto.randomUUID(), { append: true });
  const digest = (await output("sha256sum", folder.at("hidden"))).slice(0, 64);
  const isInside = (event: JsonEvent) => event.EventID === 1 && event.Image === "/mnt/inside";
  const events = await eventsDuring(async (written) => {
    const script = "mount -t tmpfs none /mnt && cp $1 /mnt/inside && exec /mnt/inside";
    // It lives until its standard input ends.
    const container = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", script, "sh", folder.at("hidden")],
      stdin: "piped",
      stdout: "null",
    }).spawn();
    await until("the container's event", () => written.find(isInside));
    await container.stdin.close();
    await container.status;
  });
  assert.equal(events.find(isInside)?.Hashes, `SHA256=${digest}`);
});
