/** A pinned capture survives `kill -9` of its sensor; the next one takes over and loses nothing. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder, isInstalled, output } from "./support/environment.ts";
import { eventsOf, type JsonEvent, linesOf } from "./support/events.ts";
import { monomi, Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** A directory of pins of its own, gone at the end. */
class PinPlace implements Disposable {
  readonly path = `/sys/fs/bpf/monomi-test-${crypto.randomUUID().slice(0, 8)}`;

  /** Names of all pins. */
  pins(): string[] {
    if (!exists(this.path)) return [];
    return [...Deno.readDirSync(this.path)].flatMap(({ name }) =>
      [...Deno.readDirSync(`${this.path}/${name}`)].map((pin) => pin.name)
    );
  }

  [Symbol.dispose](): void {
    if (exists(this.path)) Deno.removeSync(this.path, { recursive: true });
  }
}

captureTest("what happens while no sensor runs is delivered by the next", async () => {
  using folder = new Folder();
  using place = new PinPlace();
  const args = (name: string) => [
    ...["run", "-c", config("processes.xml"), "--pin", place.path],
    ...["--sink", `json:${folder.at(name)}`],
  ];
  await using first = await Sensor.start(args("first"));
  first.signal("SIGKILL");
  await first.end();
  const marker = crypto.randomUUID();
  await output("/bin/sh", "-c", "/bin/true $0; /bin/true $0", marker);
  await using second = await Sensor.start(args("second"));
  await second.stop();
  const events = [...linesOf(folder.at("second"))].map((line): JsonEvent => JSON.parse(line));
  const starts = events.filter(({ EventID, CommandLine }) =>
    EventID === 1 && String(CommandLine).includes(marker)
  );
  assert.deepEqual(starts.map(({ Image }) => String(Image).split("/").pop()).slice(1), [
    "true",
    "true",
  ]);
  assert.equal(starts[1].ParentProcessGuid, starts[0].ProcessGuid, "the family is known");
  const ends = events.filter(({ EventID, ProcessGuid }) =>
    EventID === 5 && ProcessGuid === starts[2].ProcessGuid
  );
  assert.equal(ends.length, 1);
  assert.ok(events.some(({ EventID, ID }) => EventID === 255 && ID === "TakenOver"));
});

captureTest("a clock set between two sensors gives no process another GUID", async () => {
  using folder = new Folder();
  const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  const uptime = 1000 * Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]);
  const guidOfThis = async (...options: string[]) => {
    const file = folder.at(crypto.randomUUID());
    const args = ["run", "-c", config("processes.xml"), "--sink", `json:${file}`, ...options];
    await using sensor = await Sensor.start(args);
    const { pid } = new Deno.Command("/bin/true").spawn();
    await until(
      "a child's start",
      () => Deno.readTextFileSync(file).includes(`"ProcessId":${pid},`),
    );
    await sensor.stop();
    const starts = eventsOf(file, ({ EventID, ProcessId }) => EventID === 1 && ProcessId === pid);
    return starts[0].ParentProcessGuid;
  };
  const state = folder.at("state");
  await Deno.mkdir(state, { mode: 0o700 });
  // As a first sensor left it, whose clock was an hour ahead.
  const epoch = Math.round(Date.now() - uptime) + 3_600_000;
  await Deno.writeTextFile(`${state}/boot-epoch`, `${boot} ${epoch}\n`);
  const before = await guidOfThis("--state", state);
  assert.equal(await guidOfThis("--state", state), before);
  assert.notEqual(await guidOfThis(), before);
});

captureTest(
  "another configuration takes over, too: what it needs is there, the rest goes",
  async () => {
    using folder = new Folder();
    using place = new PinPlace();
    const start = (rules: string, name: string) =>
      Sensor.start([
        ...["run", "-c", config(rules), "--pin", place.path, "--sink", `json:${folder.at(name)}`],
      ]);
    await using first = await start("everything.xml", "first");
    const all = place.pins();
    first.signal("SIGKILL");
    await first.end();
    await using second = await start("processes.xml", "second");
    const few = place.pins();
    assert.ok(all.includes("link-network_connect-inet_sock_set_state"), all.join());
    assert.ok(!few.includes("link-network_connect-inet_sock_set_state"), few.join());
    second.signal("SIGKILL");
    await second.end();
    await using third = await start("everything.xml", "third");
    assert.deepEqual(place.pins().toSorted(), all.toSorted());
    const path = folder.at("a file");
    await until("an event about a file", async () => {
      await Deno.writeTextFile(path, "");
      await Deno.remove(path);
      return (await Deno.readTextFile(folder.at("third"))).includes(path);
    });
    await third.stop();
  },
);

captureTest(
  "a capture of another making goes on until the next one stands, and is read first",
  async () => {
    using folder = new Folder();
    using place = new PinPlace();
    const start = (ring: string, name: string) =>
      Sensor.start([
        ...["run", "-c", config("processes.xml"), "--pin", place.path, "--ring", ring],
        ...["--sink", `json:${folder.at(name)}`],
      ]);
    const directories = () => [...Deno.readDirSync(place.path)].map(({ name }) => name);
    await using first = await start("1M", "first");
    first.signal("SIGKILL");
    await first.end();
    const [before] = directories();
    const unknown = `${place.path}/0-0123456789abcdef`;
    Deno.mkdirSync(unknown);
    const marker = crypto.randomUUID();
    // Some before the second sensor, the others while it starts.
    const script = 'i=0; while [ $i -lt 400 ]; do /bin/true "$0" $i; i=$((i+1)); sleep 0.005; done';
    const programs = output("/bin/sh", "-c", script, marker);
    await using second = await start("2M", "second");
    await programs;
    await until("the end of the one before", () => !directories().includes(before));
    assert.ok(!exists(unknown), "what is not understood goes");
    await second.stop();
    const events = [...linesOf(folder.at("second"))].map((line): JsonEvent => JSON.parse(line));
    const starts = events.filter(({ EventID, Image, CommandLine }) =>
      EventID === 1 && String(Image).endsWith("/true") && String(CommandLine).includes(marker)
    );
    const numbers = starts.map(({ CommandLine }) => Number(String(CommandLine).split(" ").at(-1)));
    assert.deepEqual([...new Set(numbers)], Array.from({ length: 400 }, (_, i) => i), "in order");
    assert.ok(numbers.length < 410, `${numbers.length - 400} events came twice`);
    const ends = events.filter(({ EventID, ProcessGuid }) =>
      EventID === 5 && starts.some((start) => start.ProcessGuid === ProcessGuid)
    );
    assert.ok(ends.length >= 400 && ends.length < 410, `${ends.length} ends`);
    assert.ok(events.some(({ EventID, ID }) => EventID === 255 && ID === "TakenOver"));
  },
);

captureTest("pins in use, elsewhere, or open to others are refused", async () => {
  using folder = new Folder();
  using place = new PinPlace();
  const args = ["run", "-c", config("processes.xml"), "--sink", "json:/dev/null", "--pin"];
  await using first = await Sensor.start([...args, place.path]);
  const refused = await monomi(...args, place.path);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /cannot keep the kernel side at .*: another sensor uses it/);
  await first.stop();
  const elsewhere = await monomi(...args, folder.at("pins"));
  assert.equal(elsewhere.code, 3);
  assert.match(elsewhere.stderr, /it is not in a BPF file system/);
  Deno.mkdirSync(place.path, { mode: 0o755 });
  const open = await monomi(...args, place.path);
  assert.equal(open.code, 3);
  assert.match(open.stderr, /others can enter it/);
});

captureTest(
  "whoever gets the number of a killed sensor is seen",
  async () => {
    using place = new PinPlace();
    await using sensor = await Sensor.start([
      ...["run", "-c", config("processes.xml"), "--sink", "json:/dev/null", "--pin", place.path],
    ]);
    const [directory] = [...Deno.readDirSync(place.path)].map(({ name }) => name);
    const self = async () => {
      const map = `${place.path}/${directory}/map-selves`;
      const [{ value }] = JSON.parse(
        await output("bpftool", "--json", "map", "dump", "pinned", map),
      );
      const bytes = value.slice(0, 4).map(Number);
      return new DataView(Uint8Array.from(bytes).buffer).getUint32(0, true);
    };
    assert.equal(await self(), sensor.pid);
    sensor.signal("SIGKILL");
    await sensor.end();
    await until("nobody in the sensor's place", async () => await self() === 0);
  },
  isInstalled("bpftool") ? undefined : "bpftool is not installed",
);
