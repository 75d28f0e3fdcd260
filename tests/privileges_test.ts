/** A running sensor has the capabilities that it needs, and no others. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder, MONOMI, output } from "./support/environment.ts";
import { EventFollower } from "./support/events.ts";
import { Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

const BITS = {
  CAP_DAC_OVERRIDE: 1n,
  CAP_DAC_READ_SEARCH: 2n,
  CAP_NET_ADMIN: 12n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
};

captureTest("capabilities are given up on every thread, and a reload still works", async () => {
  using folder = new Folder();
  const rules = folder.at("rules.xml");
  const file = folder.at("events.json");
  await Deno.copyFile(config("processes.xml"), rules);
  await using sensor = await Sensor.start(["run", "-c", rules, "--sink", `json:${file}`]);
  const tracing = ["/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"].some(exists);
  const mounts = Deno.readTextFileSync("/proc/self/mountinfo");
  const isAllMounted = tracing && /^\S+ \S+ \S+ \/ .* - cgroup2 /m.test(mounts);
  const allowed = Object.entries(BITS)
    .filter(([name]) => name !== "CAP_SYS_ADMIN" || !isAllMounted)
    .reduce((set, [, bit]) => set | 1n << bit, 0n);
  const check = () => {
    const threads = [...Deno.readDirSync(`/proc/${sensor.pid}/task`)];
    assert.ok(threads.length > 1);
    for (const { name } of threads) {
      let status: string;
      try {
        status = Deno.readTextFileSync(`/proc/${sensor.pid}/task/${name}/status`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        throw error;
      }
      for (const [, set, hex] of status.matchAll(/^Cap(Inh|Prm|Eff|Bnd):\s*([\da-f]+)$/gm)) {
        assert.equal(BigInt(`0x${hex}`) & ~allowed, 0n, `thread ${name}: ${set} ${hex}`);
      }
      assert.match(status, /^NoNewPrivs:\s*1$/m);
    }
  };
  check();

  await Deno.copyFile(config("everything.xml"), rules);
  sensor.signal("SIGHUP");
  await sensor.hasSaid("configuration reloaded");
  await Deno.chmod(folder.path, 0o755);
  const hidden = folder.at("hidden");
  await Deno.mkdir(hidden, { mode: 0o700 });
  await Deno.copyFile("/bin/true", `${hidden}/program`);
  await Deno.chmod(`${hidden}/program`, 0o100);
  await Deno.chown(hidden, 12345, 12345);
  await Deno.chown(`${hidden}/program`, 12345, 12345);
  await output("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", `${hidden}/program`)
    .catch(() => {});
  const written = new EventFollower(file);
  const start = await until(
    "the start of somebody else's private program",
    () => written.find(({ EventID, Image }) => EventID === 1 && Image === `${hidden}/program`),
  );
  assert.match(String(start.Hashes), /=[\da-fA-F]{16}/);
  await until("an event of the new rules", async () => {
    await Deno.writeTextFile(folder.at("file"), "");
    await Deno.remove(folder.at("file"));
    return written.find(({ EventID, TargetFilename }) =>
      EventID === 11 && TargetFilename === folder.at("file")
    );
  });
  check();
  // The signal that had its threads give them up: a thread that is slow may get it late.
  await output("kill", "-63", String(sensor.pid));
  assert.match(Deno.readTextFileSync(`/proc/${sensor.pid}/status`), /^SigIgn:\s*[4-7c-f]/m);
  const { stderr } = await sensor.stop();
  assert.doesNotMatch(stderr, /capabilities are kept|is not seen/);
});

captureTest("a reload has what the host has not mounted", async () => {
  using folder = new Folder();
  const rules = folder.at("rules.xml");
  const file = folder.at("events.json");
  await Deno.copyFile(config("processes.xml"), rules);
  const unmount = 'umount --all --types cgroup2,securityfs; exec "$0" "$@"';
  const capture = [MONOMI, "run", "-c", rules, "--sink", `json:${file}`];
  await using sensor = await Sensor.start(["--mount", "sh", "-c", unmount, ...capture], {
    program: "unshare",
  });
  for (const name of ["everything.xml", "blocking.xml"]) {
    const before = sensor.stderr.length;
    await Deno.copyFile(config(name), rules);
    sensor.signal("SIGHUP");
    await until(name, () => sensor.stderr.slice(before).includes("configuration reloaded"));
  }
  const { stderr } = await sensor.stop();
  assert.doesNotMatch(stderr, /is not seen|security modules are unknown/);
});
