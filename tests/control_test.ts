/** A running sensor is watched and steered over its control socket. */
import assert from "node:assert/strict";
import { captureTest, config, Folder, MONOMI, output } from "./support/environment.ts";
import { parseExposition } from "../src/metrics/testing.ts";
import type { JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { monomi, Sensor } from "./support/sensor.ts";
import { until } from "./support/waiting.ts";

/** A running `monomi tail`, whose standard output is its lines. */
function tail(socket: string, ...args: string[]): { sensor: Sensor; lines: string[] } {
  const lines: string[] = [];
  const sensor = Sensor.launch(["tail", "--control", socket, ...args], {
    onLine: (line) => lines.push(line),
  });
  return { sensor, lines };
}

const event = (line: string): JsonEvent => JSON.parse(line);

captureTest("status says what the sensor does, reload changes what it does", async () => {
  using folder = new Folder();
  using loads = new Loads();
  const socket = folder.at("run/control.sock");
  const rules = folder.at("rules.xml");
  await Deno.copyFile(config("reload-first.xml"), rules);
  const none = await monomi("status", "--control", socket);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /not running: no sensor listens at /);
  await using sensor = await Sensor.start([
    ...["run", "-c", rules, "--control", socket, "--sink", `json:${folder.at("events")}`],
  ]);
  await loads.run("exec_storm", 50);
  const status = await until("50 events in the status", async () => {
    const { code, stdout, stderr } = await monomi("status", "--json", "--control", socket);
    assert.equal(code, 0, stderr);
    const status = JSON.parse(stdout);
    return status.events[1]?.written >= 50 && status;
  });
  assert.equal(status.pid, sensor.pid);
  assert.equal(status.configuration.name, rules);
  assert.match(status.configuration.hash, /^SHA256=[0-9a-fA-F]{64}$/);
  assert.ok(status.resources.rssKb > 10_000);
  assert.ok(status.capture.kinds.exec.captured >= 50);
  const { stdout } = await monomi("status", "--hooks", "--control", socket);
  assert.match(stdout, /^1 ProcessCreate +\d+ +\d+ +\d+$/m);
  assert.match(stdout, /^json to file \S+\/events +\d+ +0 +0/m);
  assert.match(stdout, /^process_exec +sched_process_exec$/m);

  await Deno.copyFile(config("reload-second.xml"), rules);
  const connection = await Deno.connect({ transport: "unix", path: socket });
  await connection.write(new TextEncoder().encode('{"request":"reload"}\n'));
  assert.equal(await new Response(connection.readable).text(), '{"ok":true}\n');
  await until("the new configuration", async () => {
    const { stdout } = await monomi("status", "--json", "--control", socket);
    return JSON.parse(stdout).configuration.hash !== status.configuration.hash;
  });
  await sensor.stop();
  assert.ok(!await Deno.stat(socket).catch(() => undefined), "the socket is gone");
});

captureTest("tail shows what is asked for and nothing else", async () => {
  using folder = new Folder();
  const socket = folder.at("run/control.sock");
  await using sensor = await Sensor.start([
    ...["run", "-c", config("processes.xml"), "--control", socket, "--sink", "json:/dev/null"],
  ]);
  const marker = crypto.randomUUID();
  const recent = await until("the last events", async () => {
    // Again each time: of a burst of others' events only the last ones are kept.
    await output("/bin/true", marker);
    const { sensor, lines } = tail(socket, "--json", "--since", "1000", "-e", "1");
    await using _ = sensor;
    await until("something", () => lines.length > 0);
    return lines.map(event).find(({ CommandLine }) => CommandLine === `/bin/true ${marker}`);
  });
  assert.equal(recent.EventID, 1);

  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", 'read line; (/bin/echo "$0" grandchild | cat); :', marker],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const family = tail(socket, "--json", "--tree", String(shell.pid));
  await using _ = family.sensor;
  const everything = tail(socket, "-f", `CommandLine contains ${marker}`);
  await using __ = everything.sensor;
  await family.sensor.hasSaid("monomi: watching");
  await output("/bin/true", "a stranger");
  await everything.sensor.hasSaid("monomi: watching");
  await output("/bin/true", marker);
  const writer = shell.stdin.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  await writer.close();
  await shell.status;
  const images = await until("the family's processes", () => {
    const found = family.lines.map(event).filter(({ EventID }) => EventID === 1);
    return found.length >= 2 && found.map(({ CommandLine }) => CommandLine);
  });
  assert.deepEqual(images.toSorted(), [`/bin/echo ${marker} grandchild`, "cat"]);
  await until("the line for people", () => everything.lines.length > 0);
  assert.match(everything.lines[0], /ProcessCreate +\d+ root +\S+true +\/bin\/true /);
  await sensor.stop();
  await family.sensor.end();
});

captureTest("a reader that does not read costs the sensor nothing", async () => {
  using folder = new Folder();
  using loads = new Loads();
  const socket = folder.at("run/control.sock");
  await using sensor = await Sensor.start([
    ...["run", "--stats", "-c", config("processes.xml")],
    ...["--control", socket, "--sink", "json:/dev/null"],
  ]);
  const connection = await Deno.connect({ transport: "unix", path: socket });
  await connection.write(new TextEncoder().encode('{"request":"tail"}\n'));
  await loads.run("exec_storm", 4_000);
  const lines: string[] = [];
  const reading = connection.readable.pipeThrough(new TextDecoderStream());
  let rest = "";
  const seen = (async () => {
    for await (const text of reading) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      lines.push(...parts);
    }
  })();
  const missed = await until(
    "the notice",
    () => lines.find((line) => line.startsWith('{"missed"')),
  );
  assert.ok(JSON.parse(missed).missed > 0);
  const { summary } = await sensor.stop();
  await seen;
  assert.equal(summary!.sinks[0].dropped, 0);
  assert.ok(Object.values(summary!.capture.kinds).every(({ ringFull }) => ringFull === 0));
});

Deno.test("tail reads lines that carry events, as journalctl gives them", async () => {
  const lines = [
    "Nov 22 15:00:00 host sysmon[7]: something else",
    'Nov 22 15:00:00 host sysmon: {"EventID":1,"UtcTime":"2024-11-22 15:00:00.123",' +
    '"ProcessId":5,"Image":"/bin/ssh","CommandLine":"ssh \\u001b[31m"}',
    '<14>Nov 22 host sysmon: <Event><System><Provider Name="Linux-Sysmon"/><EventID>3</EventID>' +
    '</System><EventData><Data Name="Image">/bin/ssh</Data></EventData></Event>',
    '{"EventID":1,"Image":"/bin/other"}',
  ];
  const child = new Deno.Command(MONOMI, {
    args: ["tail", "-", "-f", "Image end with /ssh"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const shown = new TextDecoder().decode(stdout).split("\n");
  assert.match(shown[0], /ProcessCreate +5 .*\/bin\/ssh +ssh \\e\[31m$/);
  assert.match(shown[1], /NetworkConnect /);
  assert.equal(shown.length, 3);
});

Deno.test("wrong usage of tail is told before anything is asked", async () => {
  for (
    const [args, why] of [
      [["-f", "Imge is x"], /no field 'Imge' \(did you mean 'Image'\?\)/],
      [["-e", "ProcessKreate"], /did you mean 'ProcessCreate'/],
      [["--tree", "x"], /--tree takes a number/],
      [["--since", "5", "file"], /--since is for a running sensor/],
    ] as const
  ) {
    const { code, stderr } = await monomi("tail", ...args);
    assert.equal(code, 2);
    assert.match(stderr, why);
  }
});

captureTest("metrics are what Prometheus reads, also after permissions are given up", async () => {
  using loads = new Loads();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using sensor = await Sensor.start([
    ...[
      "run",
      "-c",
      config("processes.xml"),
      "--metrics",
      String(port),
      "--sink",
      "json:/dev/null",
    ],
  ]);
  await loads.run("exec_storm", 50);
  const written = await until("50 events in the metrics", async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const families = parseExposition(text);
    const samples = families.get("monomi_events_written_total")!.samples;
    const starts = samples.find(({ labels }) => labels.event === "1")?.value ?? 0;
    return starts >= 50 && families;
  });
  assert.ok(written.get("process_resident_memory_bytes")!.samples[0].value > 10_000_000);
  assert.ok(written.get("monomi_records_captured_total")!.samples.length > 20);
  await sensor.stop();
  const refused = await monomi("run", "--metrics", "nonsense");
  assert.equal(refused.code, 2);
});
