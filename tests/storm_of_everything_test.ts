/**
 * A storm of everything that the sensor tells of, from two workers at once: what was written and what
 * was counted as lost is what was done, for each event.
 *
 * `MONOMI_STORM_SECONDS` says how long (`deno task storm`: a minute).
 */
import assert from "node:assert/strict";
import { captureTest, config, Folder } from "./support/environment.ts";
import { eventsOf, type JsonEvent } from "./support/events.ts";
import { Loads } from "./support/loads.ts";
import { Sensor, type Summary } from "./support/sensor.ts";

const SECONDS = Number(Deno.env.get("MONOMI_STORM_SECONDS") ?? 10);
/** What arrives until the reader comes is many times this. */
const TOO_SMALL = "16K";
const SECONDS_TOO_SMALL = 3;

/** The kind of kernel record that each event is made from; what is lost is counted by it. */
const KIND_OF: Readonly<Record<number, string>> = {
  1: "exec",
  2: "fileTime",
  3: "network",
  5: "exit",
  7: "imageLoad",
  8: "inject",
  9: "rawRead",
  10: "access",
  11: "fileCreate",
  15: "stream",
  17: "pipeCreate",
  18: "pipeConnect",
  22: "dns",
  // A program without a file is seen at its execution.
  25: "exec",
  26: "fileDelete",
  29: "executable",
  100: "bpf",
};
const LOSSES = ["ringFull", "tableFull", "internal", "recursion"];

interface Storm {
  readonly done: ReadonlyMap<number, number>;
  readonly written: ReadonlyMap<number, number>;
  /** Counted as lost, of anybody on this host, by the event that it would have been. */
  readonly lost: ReadonlyMap<number, number>;
  readonly summary: Summary;
}

async function storm(seconds: number, ...options: string[]): Promise<Storm> {
  using loads = new Loads();
  using folder = new Folder();
  const place = folder.at("storm");
  await Deno.mkdir(place);
  const program = await loads.program("mixed_storm");
  const file = folder.at("events.json");
  await using sensor = await Sensor.start([
    "run",
    "--stats",
    "-c",
    config("storm.xml"),
    "--sink",
    `json:${file}`,
    ...options,
  ]);
  const { pid, lines } = await loads.run("mixed_storm", seconds, place);
  const { summary } = await sensor.stop();
  assert(summary !== undefined);

  const pairs = lines.map((line) => line.split(" "));
  const workers = new Set(pairs.filter(([what]) => what === "worker").map(([, id]) => Number(id)));
  const done = new Map(
    pairs.filter(([what]) => what !== "worker").map(([event, count]) => [+event, +count]),
  );
  const written = new Map<number, number>();
  eventsOf(file, (event) => {
    if (event.ProcessId !== pid && isOfStorm(event, workers, program)) {
      written.set(event.EventID, (written.get(event.EventID) ?? 0) + 1);
    }
    return false;
  });
  const lost = new Map(
    Object.keys(KIND_OF).map((event) => [Number(event), lostOf(Number(event), summary)]),
  );
  return { done, written, lost, summary };
}

function lostOf(event: number, { capture, hashing }: Summary): number {
  const ofKind = (kind: string) =>
    LOSSES.reduce((sum, reason) => sum + capture.kinds[kind][reason], 0);
  const own = ofKind(KIND_OF[event]);
  // What could not be looked into is no event, and counted with the hashes.
  if (event === 29) {
    const counts = Object.values(hashing!.unavailable as Record<string, number>);
    return own + counts.reduce((sum, count) => sum + count, 0);
  }
  // Of a child whose start was lost, the test does not know that it was the storm's.
  return event === 5 || event === 7 ? own + ofKind("exec") : own;
}

/** Whether the load program counted what this event tells of. */
function isOfStorm(event: JsonEvent, workers: ReadonlySet<number>, program: string): boolean {
  const isWorker = workers.has(event.ProcessId as number);
  const isChild = !isWorker &&
    (event.Image === program || String(event.Image).startsWith("/memfd:storm"));
  switch (event.EventID) {
    case 1:
      return workers.has(event.ParentProcessId as number);
    case 3:
      return isWorker && event.Protocol === "tcp";
    case 5:
    case 7:
    case 25:
      return isChild;
    case 8:
    case 10:
      return workers.has(event.SourceProcessId as number);
    default:
      return isWorker;
  }
}

/**
 * For each event, what was done, written, and lost, where these do not add up. The rest of the host
 * loses events, too: where nothing was lost they must be equal, elsewhere the loss must cover it.
 */
function unexplained({ done, written, lost }: Storm): string[] {
  return [...done].filter(([event, count]) => {
    const gap = count - (written.get(event) ?? 0);
    return gap < 0 || gap > lost.get(event)!;
  }).map(([event, count]) =>
    `event ${event}: done ${count}, written ${written.get(event)}, lost ${lost.get(event)}`
  );
}

captureTest(`a storm of everything for ${SECONDS} s is written, or counted as lost`, async () => {
  const outcome = await storm(SECONDS);
  assert.deepEqual([...outcome.done.keys()].sort(), Object.keys(KIND_OF).map(Number).sort());
  assert.deepEqual(unexplained(outcome), []);
  const { done, written, summary } = outcome;
  const sum = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((a, b) => a + b);
  const seconds = summary.seconds.toFixed();
  console.log(`done ${sum(done)}, written ${sum(written)} in ${seconds} s`);
});

captureTest("what a buffer that is too small loses is counted, event by event", async () => {
  const outcome = await storm(SECONDS_TOO_SMALL, "--ring", TOO_SMALL);
  assert.ok(outcome.lost.get(11)! > 0, "the buffer was too small");
  assert.deepEqual(unexplained(outcome), []);
});
