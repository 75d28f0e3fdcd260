import assert from "node:assert/strict";
import { isOutOfReach } from "./permissions.ts";

const PERMISSIONS = new URL("./permissions.ts", import.meta.url).href;
const NATIVE = new URL("../sources/testing.ts", import.meta.url).href;
const METER = new URL("../sensor/resources.ts", import.meta.url).href;

/** Runs a program with all permissions in a process of its own; gives the JSON that it prints. */
async function result(program: string): Promise<unknown> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", "--quiet", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr, success } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("what is given up is refused from then on, files stay", async () => {
  const program = `
    import { dropPermissions } from ${JSON.stringify(PERMISSIONS)};
    dropPermissions();
    dropPermissions();
    const tries = {
      run: () => new Deno.Command("true").outputSync(),
      env: () => Deno.env.get("PATH"),
      ffi: () => Deno.dlopen("libc.so.6", {}),
      proc: () => Deno.readTextFileSync("/proc/self/status"),
      read: () => Deno.readTextFileSync("/etc/passwd"),
      write: () => Deno.openSync("/dev/null", { write: true }).close(),
    };
    const outcomes = {};
    for (const [name, call] of Object.entries(tries)) {
      try { call(); outcomes[name] = "done"; } catch (error) { outcomes[name] = error.name; }
    }
    // A literal would be fetched before the program runs.
    const url = "https://127.0.0.1:9/x.ts";
    const outcome = (promise) => promise.then(() => "done", (error) => error.name);
    outcomes.net = await outcome(Deno.connect({ hostname: "127.0.0.1", port: 9 }));
    outcomes.import = await import(url)
      .catch((error) => error.message.split(" to ", 1)[0]);
    console.log(JSON.stringify(outcomes));`;
  assert.deepEqual(await result(program), {
    run: "NotCapable",
    env: "NotCapable",
    ffi: "NotCapable",
    proc: "NotCapable",
    read: "done",
    write: "done",
    net: "NotCapable",
    import: "Requires import access",
  });
});

Deno.test("the native library and the meter that were open go on working", async () => {
  const program = `
    import { dropPermissions } from ${JSON.stringify(PERMISSIONS)};
    import { builtNative } from ${JSON.stringify(NATIVE)};
    import { ResourceMeter } from ${JSON.stringify(METER)};
    const native = builtNative();
    const meter = new ResourceMeter();
    dropPermissions();
    console.log(JSON.stringify({
      user: native.userName(0),
      absent: native.sockets.connect("/nonexistent", "datagram"),
      hash: await native.hash(new Uint8Array(8), new Uint8Array(64)) < 0,
      measured: meter.used().maxRssKb > 0,
    }));`;
  assert.deepEqual(await result(program), {
    user: "root",
    absent: -2,
    hash: true,
    measured: true,
  });
});

Deno.test("what lies under /dev, /proc and /sys is out of reach", () => {
  for (const path of ["/dev/fd/63", "/dev/shm/x", "/proc/self/fd/3", "/sys/x"]) {
    assert.ok(isOutOfReach(path), path);
  }
  for (const path of ["/device/x", "/var/log/x", "/tmp/dev/x", "/"]) {
    assert.ok(!isOutOfReach(path), path);
  }
});
