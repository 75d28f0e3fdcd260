/**
 * The memory of a sensor that is left alone does not grow: under a steady mixed load, with reloads
 * now and then, and over thousands of reloads in a row.
 *
 * `MONOMI_SOAK_SECONDS` says how long (`deno task soak`: half an hour), `MONOMI_RELOADS` how often.
 */
import assert from "node:assert/strict";
import { ask } from "../src/control/mod.ts";
import { captureTest, config, Folder, output } from "./support/environment.ts";
import { Loads } from "./support/loads.ts";
import { Sensor } from "./support/sensor.ts";

const SECONDS = Number(Deno.env.get("MONOMI_SOAK_SECONDS") ?? 180);
const RELOADS = Number(Deno.env.get("MONOMI_RELOADS") ?? 10_000);
/**
 * Queues, caches and the runtime's heap grow to what the largest burst needs and stay so: it comes first, as
 * large as the kernel's buffer.
 */
const WARM_UP_SECONDS = 30;
/** What the burst alone needed is given back by then. */
const SETTLING_ROUNDS = 5;
/**
 * What the runtime holds steps up and down between 60 and 90 MB, up to 20,000 reloads apart (what lives in
 * its heap after each collection is the same to 1 %): the steps before are what those after are measured by.
 */
const WARM_UP_RELOADS = 10_000;
const PERIOD_MS = 2_000;
const MOST_GROWTH = 1.1;

/** Resident memory of its own, in KiB: the kernel's buffer is not. */
function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]);
}

/**
 * How much larger the largest of the last samples is than the largest of earlier ones. What lies between two
 * collections, which can be minutes apart, is as large as the load of the moment makes it; at which size they
 * come is not.
 */
function growth(earlier: readonly number[], last: readonly number[]): number {
  return Math.max(...last) / Math.max(...earlier);
}

function describe(samples: readonly number[], grown: number): string {
  const percent = ((grown - 1) * 100).toFixed(1);
  return `${Math.min(...samples)} to ${Math.max(...samples)} KiB, grown by ${percent} %`;
}

async function reload(socket: string, path?: string): Promise<void> {
  const request = { request: "reload", config: path } as const;
  for await (const line of ask(socket, request)) assert.deepEqual(JSON.parse(line), { ok: true });
}

captureTest(`memory is flat over ${SECONDS} s of a steady mixed load`, async () => {
  using loads = new Loads();
  using folder = new Folder();
  const storm = await loads.program("mixed_storm");
  const socket = folder.at("run/control.sock");
  await using sensor = await Sensor.start([
    ...["run", "--stats", "-c", config("everything.xml"), "--control", socket],
    ...["--sink", `json:${folder.at("events.json")},size=4M,count=1`, "--sink", "xml:/dev/null"],
  ]);
  await using tail = Sensor.launch(["tail", "--json", "--control", socket]);
  const round = async () => {
    const place = await Deno.makeTempDir({ dir: folder.path });
    await output(storm, "1", place);
    await Deno.remove(place, { recursive: true });
  };
  const warm = performance.now() + WARM_UP_SECONDS * 1000;
  while (performance.now() < warm) {
    sensor.signal("SIGSTOP");
    await round();
    sensor.signal("SIGCONT");
    await reload(socket);
  }
  const samples: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  for (let i = 0; performance.now() < end; i++) {
    const next = performance.now() + PERIOD_MS;
    await round();
    if (i % 5 === 0) await reload(socket);
    await new Promise((resolve) => setTimeout(resolve, Math.max(next - performance.now(), 0)));
    if (i >= SETTLING_ROUNDS) samples.push(memoryOf(sensor.pid));
  }
  const third = Math.ceil(samples.length / 3);
  const grown = growth(samples.slice(0, third), samples.slice(-third));
  const figures = describe(samples, grown);
  console.log(`memory over ${SECONDS} s: ${figures}`);
  assert.ok(grown <= MOST_GROWTH, `${figures}: ${samples.join(" ")}`);
  tail.signal("SIGTERM");
  await tail.end();
  const { summary } = await sensor.stop();
  assert.ok(summary!.events[1].written > 100);
});

captureTest(`memory is flat over ${RELOADS} reloads in a row`, async () => {
  using folder = new Folder();
  const socket = folder.at("run/control.sock");
  await using sensor = await Sensor.start([
    ...["run", "-c", config("everything.xml"), "--control", socket, "--sink", "json:/dev/null"],
  ]);
  const samples: number[] = [];
  for (let i = 0; i < WARM_UP_RELOADS + RELOADS; i++) {
    await reload(socket);
    samples.push(memoryOf(sensor.pid));
  }
  const third = Math.ceil(RELOADS / 3);
  const grown = growth(samples.slice(0, -third), samples.slice(-third));
  const figures = describe(samples, grown);
  console.log(`memory over ${RELOADS} reloads: ${figures}`);
  assert.ok(grown <= MOST_GROWTH, figures);
  await sensor.stop();
});
