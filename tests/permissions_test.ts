/** What must work after the sensor has given up its permissions, and what is refused in time. */
import assert from "node:assert/strict";
import { captureTest, config, exists, Folder, MONOMI, output } from "./support/environment.ts";
import { EventFollower } from "./support/events.ts";
import { monomi, Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** Logs only what this test starts, so that a busy host cannot fill the sinks. */
const onlyOwn = (marker: string) =>
  `<Sysmon schemaversion="4.90">
  <HashAlgorithms>sha256</HashAlgorithms>
  <EventFiltering>
    <ProcessCreate onmatch="include">
      <CommandLine condition="contains">${marker}</CommandLine>
    </ProcessCreate>
    <ProcessTerminate onmatch="include"/>
  </EventFiltering>
</Sysmon>
`;

captureTest("files rotate and are made anew, images are hashed, the peak is measured", async () => {
  using folder = new Folder();
  const marker = crypto.randomUUID();
  const configuration = folder.at("config.xml");
  await Deno.writeTextFile(configuration, onlyOwn(marker));
  const [whole, rotated, moved] = ["whole", "rotated", "moved"].map((name) => folder.at(name));
  const sinks = [`json:${whole}`, `json:${rotated},size=4K,count=2`, `xml:${moved}`];
  await using sensor = await Sensor.start([
    "run",
    "--stats",
    "-c",
    configuration,
    ...sinks.flatMap((sink) => ["--sink", sink]),
  ]);
  const written = new EventFollower(whole);
  await output("/bin/true", marker);
  const start = await until(
    "an event with hashes",
    () => written.find((event) => event.EventID === 1),
  );
  assert.match(String(start.Hashes), /^SHA256=[0-9A-Fa-f]{64}$/);
  await until("two rotations", async () => {
    await output("/bin/true", marker);
    return exists(`${rotated}.2`);
  });
  Deno.renameSync(moved, `${moved}.old`);
  await until("a new file in the place of the one moved away", async () => {
    await output("/bin/true", marker);
    return exists(moved);
  });
  const { summary, stderr } = await sensor.stop();
  assert.ok(summary!.resources.maxRssKb > 10_000, JSON.stringify(summary!.resources));
  assert.deepEqual(summary!.sinks.map(({ dropped }) => dropped), [0, 0, 0], stderr);
  assert.doesNotMatch(stderr, /cannot|Requires/);
});

captureTest("a syslog daemon that comes, goes and changes its kind is found again", async () => {
  using folder = new Folder();
  const path = folder.at("log");
  await using sensor = await Sensor.start(
    ["run", "-c", config("processes.xml"), "--sink", `json:syslog:${path}`],
  );
  const datagrams = Deno.listenDatagram({ transport: "unixpacket", path });
  await output("/bin/true");
  const [message] = await datagrams.receive();
  assert.match(new TextDecoder().decode(message), /^<14>.* sysmon: \{/);
  datagrams.close();
  Deno.removeSync(path);

  const stream = Deno.listen({ transport: "unix", path });
  await output("/bin/true");
  const connection = await stream.accept();
  const begin = new Uint8Array(4);
  await connection.read(begin);
  assert.equal(new TextDecoder().decode(begin), "<14>");
  const rest = new Response(connection.readable).text();
  await sensor.stop();
  assert.match(await rest, /"EventID":4,.*"State":"Stopped"/);
  stream.close();
});

for (const source of ['<(cat "$2")', '/dev/stdin < "$2"', '- < "$2"']) {
  captureTest(`a configuration from ${source} is taken, and cannot be reloaded`, async () => {
    using folder = new Folder();
    const script = `exec "$0" run --sink "json:$1" -c ${source}`;
    await using sensor = await Sensor.start(
      ["-c", script, MONOMI, folder.at("events"), config("processes.xml")],
      { program: "/bin/bash" },
    );
    sensor.signal("SIGHUP");
    await sensor.hasSaid("can be read only at the start");
    await sensor.stop();
  });
}

Deno.test("a shell's pipe can be checked", async () => {
  const script = '"$0" check <(cat "$1")';
  const { stdout } = await new Deno.Command("/bin/bash", {
    args: ["-c", script, MONOMI, config("processes.xml")],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "Configuration file validated.\n");
});

captureTest("an output that could not be opened a second time is refused", async () => {
  using folder = new Folder();
  Deno.symlinkSync("/dev/shm", folder.at("link"));
  const paths = ["/dev/shm/monomi-events.json", "/proc/self/fd/1", "/dev/stdout"];
  for (const path of [...paths, `${folder.path}/link/monomi-events.json`]) {
    const { code, stderr } = await monomi("run", "--duration", "1s", "--sink", `json:${path}`);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /name a file elsewhere/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
  assert.ok(!exists("/dev/shm/monomi-events.json"));
});
