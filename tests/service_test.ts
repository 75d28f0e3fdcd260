/** A service on a host without systemd: installed, changed, killed, upgraded, removed. */
import assert from "node:assert/strict";
import { captureTest, exists, output } from "./support/environment.ts";
import { Instance } from "./support/instance.ts";
import { until } from "./support/waiting.ts";

const NAME = "monomi-e2e";
const missing = exists("/run/systemd/system") ? "systemd runs here" : undefined;

const logs = (program: string) =>
  `<Sysmon schemaversion="4.90">
  <EventFiltering>
    <ProcessCreate onmatch="include"><Image condition="end with">/${program}</Image></ProcessCreate>
    <ProcessTerminate onmatch="include"/>
  </EventFiltering>
</Sysmon>
`;

const execution = (program: string) => (event: Record<string, unknown>) =>
  event.EventID === 1 && String(event.Image).endsWith(`/${program}`);

const configuration = (name: string) => (event: Record<string, unknown>) =>
  event.EventID === 16 && event.Configuration === name;

captureTest("installed, it captures, survives kill -9, and leaves only its logs", async () => {
  await using instance = new Instance(NAME);
  const { identity } = instance;
  instance.write("true.xml", logs("true"));
  const installed = await instance.run("install", "-c", "true.xml");
  assert.equal(installed.code, 0, installed.stderr);
  for (const path of instance.directories) {
    const { mode, uid } = Deno.statSync(path);
    assert.deepEqual([path, mode! & 0o777, uid], [path, 0o700, 0]);
    for (const { name } of Deno.readDirSync(path)) {
      assert.equal(Deno.statSync(`${path}/${name}`).mode! & 0o077, 0, name);
    }
  }
  await output("true");
  await instance.event("an execution", execution("true"));
  await instance.event("event 16", configuration("true.xml"));
  assert.match(await output("ps", "-o", "comm=", "-p", String(instance.daemon)), /^monomi-e2e\n$/);

  const status = await instance.run("status", "--json");
  assert.equal(status.code, 0, status.stderr);
  assert.equal(JSON.parse(status.stdout).pid, instance.daemon);

  const first = instance.daemon!;
  const again = await new Deno.Command(identity.program, { args: ["service"] }).output();
  assert.equal(again.code, 2);
  assert.match(new TextDecoder().decode(again.stderr), /monomi-e2e is running already/);
  assert.equal(instance.daemon, first);

  Deno.kill(first, "SIGKILL");
  await until("another daemon", () => instance.daemon !== undefined && instance.daemon !== first);
  const restarts = () => instance.events().filter((event) => event.State === "Started").length;
  await until("another start", () => restarts() === 2);
  const before = instance.events().length;
  await output("true");
  await until("an execution", () => instance.events().slice(before).some(execution("true")));

  const removed = await instance.run("uninstall");
  assert.equal(removed.code, 0, removed.stderr);
  assert.match(removed.stdout, /the logs stay in \/var\/log\/monomi-e2e/);
  assert.deepEqual(instance.directories.filter(exists), [identity.logDirectory]);
  assert.deepEqual([instance.daemon, instance.supervisor], [undefined, undefined]);
  assert.equal(instance.events().at(-1)!.State, "Stopped");
  assert.equal((await instance.run("uninstall")).code, 1);
}, missing);

captureTest("a configuration comes into force by reload alone", async () => {
  await using instance = new Instance(NAME);
  const stored = `${instance.identity.configDirectory}/config.xml`;
  assert.equal((await instance.run("reload")).code, 3);
  instance.write("true.xml", logs("true"));
  instance.write("false.xml", logs("sleep"));
  instance.write("broken.xml", "<Sysmon>");
  assert.equal((await instance.run("install", "-c", "true.xml")).code, 0);

  assert.equal((await instance.run("reload", "broken.xml")).code, 1);
  assert.equal(Deno.readTextFileSync(stored), logs("true"));

  const reloaded = await instance.run("reload", "false.xml");
  assert.equal(reloaded.code, 0, reloaded.stderr);
  assert.equal(Deno.readTextFileSync(stored), logs("sleep"));
  await instance.event("event 16", configuration("false.xml"));
  await output("sleep", "0");
  await instance.event("an execution", execution("sleep"));

  Deno.writeTextFileSync(stored, logs("true"));
  await instance.event("a change by hand", configuration(`${stored} (changed, not in force)`));
  const before = instance.events().length;
  await output("true");
  await output("sleep", "0");
  await until("an execution", () => instance.events().slice(before).some(execution("sleep")));
  assert.ok(!instance.events().slice(before).some(execution("true")));

  Deno.kill(instance.daemon!, "SIGHUP");
  await until("a reload", () => instance.events().filter(configuration("false.xml")).length === 2);
  await output("true");
  await instance.event("an execution", execution("true"));

  // What cannot be used any more at the next start gives way to what ran last.
  Deno.writeTextFileSync(stored, "<Sysmon>");
  const refused = await instance.run("reload");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\/config\.xml:1:\d+: error: /);
  const { daemon } = instance;
  Deno.kill(daemon!, "SIGKILL");
  await instance.event("event 255", (event) => event.ID === "Configuration");
  const since = instance.events().length;
  await output("true");
  await until("an execution", () => instance.events().slice(since).some(execution("true")));
}, missing);

captureTest("installed again, it is upgraded in place; a failure takes all back", async () => {
  await using instance = new Instance(NAME);
  const { identity } = instance;
  const settings = `${identity.configDirectory}/monomi.yaml`;
  instance.write("true.xml", logs("true"));
  assert.equal((await instance.run("install", "-c", "true.xml")).code, 0);
  const first = instance.daemon;
  // As in another version, the kernel side is another.
  const mine = `${Deno.readTextFileSync(settings)}ring: 8M # mine\n`;
  Deno.writeTextFileSync(settings, mine);

  let isUpgraded = false;
  const marker = crypto.randomUUID();
  const programs = (async () => {
    let count = 0;
    for (; !isUpgraded; count++) await output("/bin/true", marker, String(count));
    return count;
  })();
  const upgraded = await instance.run("install");
  isUpgraded = true;
  assert.equal(upgraded.code, 0, upgraded.stderr);
  const ran = await programs;
  const told = () =>
    new Set(
      instance.events().filter(({ EventID, CommandLine }) =>
        EventID === 1 && String(CommandLine).includes(marker)
      ).map(({ CommandLine }) => CommandLine),
    );
  await until("programs that ran meanwhile", () => told().size === ran);
  assert.notEqual(instance.daemon, first);
  assert.equal(Deno.readTextFileSync(settings), mine);
  assert.match(Deno.readTextFileSync(`${identity.configDirectory}/config.xml`), /true/);

  const everything = () =>
    [identity.programDirectory, identity.configDirectory].flatMap((path) =>
      [...Deno.readDirSync(path)].map(({ name }) =>
        `${name} ${Deno.statSync(`${path}/${name}`).size}`
      )
    ).sort();
  const before = everything();
  // A sink that no file can be: found out by the new daemon only.
  const failed = await instance.run("install", "--sink", "json:/nowhere/at/all");
  assert.equal(failed.code, 3);
  assert.match(failed.stderr, /\/nowhere\/at\/all/);
  assert.deepEqual(everything(), before);
  assert.equal(Deno.readTextFileSync(settings), mine);
  await until("the daemon as before", () => instance.daemon);
  await output("true");
  await instance.event("an execution", execution("true"));
}, missing);

captureTest("another program's places, and what is in the way, are left as they are", async () => {
  await using instance = new Instance(NAME);
  const { configDirectory, programDirectory } = instance.identity;
  const refused = async (command: string, reason: RegExp) => {
    const { code, stderr } = await instance.run(command);
    assert.equal(code, 3, stderr);
    assert.match(stderr, reason);
    assert.doesNotMatch(stderr, /^\s+at /m);
  };
  Deno.mkdirSync(configDirectory, { mode: 0o755 });
  Deno.writeTextFileSync(`${configDirectory}/key`, "theirs");
  await refused("install", /monomi-e2e is another program's, it has key: /);
  await refused("uninstall", /monomi-e2e is another program's, it has key: /);
  await refused("service", /there is no .*config\.xml/);
  assert.equal(Deno.statSync(configDirectory).mode! & 0o777, 0o755);
  assert.equal(Deno.readTextFileSync(`${configDirectory}/key`), "theirs");
  Deno.removeSync(configDirectory, { recursive: true });

  Deno.writeTextFileSync(configDirectory, "");
  await refused("install", /\/etc\/monomi-e2e is no directory of this user; move it away/);
  Deno.removeSync(configDirectory);

  Deno.mkdirSync(programDirectory);
  await output("mount", "-t", "tmpfs", "-o", "size=1m", "none", programDirectory);
  try {
    await refused("install", /cannot write \/opt\/monomi-e2e\/.*: No space left on device/);
    assert.deepEqual([...Deno.readDirSync(programDirectory)], []);
  } finally {
    await output("umount", programDirectory);
  }
  assert.deepEqual(instance.directories.filter(exists), [programDirectory]);

  const { logDirectory } = instance.identity;
  Deno.mkdirSync(logDirectory, { recursive: true, mode: 0o700 });
  await output("mount", "-t", "tmpfs", "-o", "ro,mode=700", "none", logDirectory);
  try {
    await refused("install", /the sensor does not start; .*service\.log does not say why/);
  } finally {
    await output("umount", logDirectory);
  }
  const nowhere = await instance.run("install", "--sink", "json:-");
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.stderr, /has a sink to standard output, which leads nowhere here/);
}, missing);

captureTest("as a container's program it writes to the container's log", async () => {
  await using instance = new Instance(NAME);
  const { configDirectory, logDirectory } = instance.identity;
  Deno.mkdirSync(configDirectory, { mode: 0o700 });
  Deno.writeTextFileSync(`${configDirectory}/config.xml`, logs("true"));
  Deno.writeTextFileSync(`${configDirectory}/monomi.yaml`, "sinks: [json:-]\n");
  const container = new Deno.Command(instance.program, {
    args: ["service", "--supervise"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const ended = container.output();
  const said = `${logDirectory}/service.log`;
  await until("a sensor", () => exists(said) && /capturing/.test(Deno.readTextFileSync(said)));
  container.kill("SIGTERM");
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  const events = new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assert.deepEqual([events[0].EventID, events.at(-1).State], [16, "Stopped"]);
}, missing);

captureTest("damaged by hand, it goes on, is told what is wrong, and can be removed", async () => {
  await using instance = new Instance(NAME);
  const { configDirectory, program, stateDirectory } = instance.identity;
  instance.write("true.xml", logs("true"));
  const held = instance.folder.at("held");
  const holding = `exec 9>"${held}"; exec "$0" install -c true.xml`;
  await new Deno.Command("bash", {
    args: ["-c", holding, instance.program],
    cwd: instance.folder.path,
    stdout: "null",
  }).output();
  const { daemon, supervisor } = instance;
  for (const pid of [daemon, supervisor]) {
    const open = [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
      } catch {
        return "closed meanwhile";
      }
    });
    assert.ok(!open.includes(held), "whoever installs it cannot let go of his lock");
  }

  Deno.writeTextFileSync(`${stateDirectory}/installation.json`, "null");
  assert.equal((await instance.run("reload", "true.xml")).code, 0);
  for (const damage of ["null", "{}", "["]) {
    Deno.writeTextFileSync(`${stateDirectory}/running.json`, damage);
    const { code, stdout } = await instance.run("-c");
    assert.equal(code, 0);
    assert.match(stdout, /^No config to display$/m);
  }
  Deno.writeTextFileSync(`${configDirectory}/monomi.yaml`, "rings: 1M\n");
  for (const args of [["install"], ["install", "--sink", "json:-"]]) {
    const { code, stderr } = await instance.run(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /monomi\.yaml:1:1: error: there is no setting 'rings'/);
  }
  assert.equal(instance.daemon, daemon);

  Deno.removeSync(program);
  await output("mount", "--bind", configDirectory, configDirectory);
  try {
    const removed = await instance.run("uninstall");
    assert.equal(removed.code, 0, removed.stderr);
    assert.deepEqual([...Deno.readDirSync(configDirectory)], []);
  } finally {
    await output("umount", configDirectory);
  }
  Deno.removeSync(configDirectory);
  assert.deepEqual([instance.daemon, instance.supervisor], [undefined, undefined]);
  assert.deepEqual(instance.directories.filter(exists), [instance.identity.logDirectory]);
}, missing);
