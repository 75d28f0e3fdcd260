/**
 * The installed service in a storm of programs, killed again and again: its supervisor brings it back,
 * and every event is in its log or counted as lost.
 *
 * `MONOMI_STORM_EXECS` says how many programs (`deno task kills`: 100,000).
 */
import assert from "node:assert/strict";
import { captureTest, config, exists } from "./support/environment.ts";
import { Instance } from "./support/instance.ts";
import { type JsonEvent, linesOf } from "./support/events.ts";
import { Loads, reportOf } from "./support/loads.ts";
import { until } from "./support/waiting.ts";

const EXECS = Number(Deno.env.get("MONOMI_STORM_EXECS") ?? 18_000);
const KILLS = 3;
const NAME = "monomi-storm";
/** Events of the storm that a new sensor has written before it is killed. */
const BYTES_BEFORE_KILL = 1_000_000;

const missing = exists("/run/systemd/system") ? "systemd runs here" : undefined;

/** What a kill left of a line is ended by the next sensor, and is no event. */
function eventOrTorn(line: string): JsonEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

captureTest(`killed in a storm of ${EXECS} programs, every event is there or counted`, async () => {
  using loads = new Loads();
  const program = await loads.program("exec_storm");
  await using instance = new Instance(NAME);
  const file = `${instance.identity.logDirectory}/storm.json`;
  const pins = `/sys/fs/bpf/${NAME}`;
  instance.write("processes.xml", Deno.readTextFileSync(config("processes.xml")));
  const installed = await instance.run("install", "-c", "processes.xml", "--sink", `json:${file}`);
  assert.equal(installed.code, 0, installed.stderr);

  const storm = new Deno.Command(program, { args: [String(EXECS)], stdout: "piped" }).spawn();
  const sizeOf = () => Deno.statSync(file).size;
  let killedAt = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await until("events of the storm", () => sizeOf() > killedAt + BYTES_BEFORE_KILL);
    const daemon = instance.daemon!;
    Deno.kill(daemon, "SIGKILL");
    await until("its end", () => instance.daemon !== daemon);
    assert.ok(exists(pins), "the kernel side is kept");
    killedAt = sizeOf();
    await until("another daemon", () => instance.daemon);
  }
  await until("events of the storm", () => sizeOf() > killedAt + BYTES_BEFORE_KILL);
  const { stdout } = await storm.output();
  const { pid, ns } = reportOf("exec_storm", new TextDecoder().decode(stdout));
  const status = await instance.run("status", "--json");
  assert.equal(status.code, 0, status.stderr);
  const { ringFull } = JSON.parse(status.stdout).capture.kinds.exec;
  const removed = await instance.run("uninstall");
  assert.equal(removed.code, 0, removed.stderr);
  assert.ok(!exists(pins), "a clean stop leaves nothing");

  const times = new Map<unknown, number>();
  let lastTime = "";
  let takeOvers = 0;
  let torn = 0;
  // A busy disk can take the buffer of before slower than it is read; lines of other events count, too.
  let dropped = 0;
  for (const line of linesOf(file)) {
    const event = eventOrTorn(line);
    if (event === undefined) torn++;
    else if (event.ID === "SinkDropped") {
      dropped += Number(/: (\d+) events lost/.exec(String(event.Description))![1]);
    } else if (event.ID === "TakenOver") {
      takeOvers++;
      lastTime = "";
    } else if (event.EventID === 1 && event.ParentProcessId === pid) {
      times.set(event.ProcessGuid, (times.get(event.ProcessGuid) ?? 0) + 1);
      assert.ok(String(event.UtcTime) >= lastTime, "in order");
      lastTime = String(event.UtcTime);
    }
  }
  const twice = times.values().filter((count) => count > 1).toArray().length;
  console.log(
    `${EXECS} programs in ${Math.round(ns / 1e9)} s, ${KILLS} kills: ` +
      `${ringFull + dropped} lost and counted, ${twice} delivered twice`,
  );
  const uncounted = EXECS - times.size - ringFull;
  assert.ok(0 <= uncounted && uncounted <= dropped, `${uncounted} missing, ${dropped} dropped`);
  assert.equal(takeOvers, KILLS);
  assert.ok(torn <= KILLS, `${torn} torn lines`);
  assert.ok(twice < EXECS / 2, `${twice} events came twice`);
}, missing);
