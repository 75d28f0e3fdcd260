/** A storm of everything that the sensor tells of, and whether what a sensor wrote adds up. */
import assert from "node:assert/strict";
import { config, type Folder, output } from "./environment.ts";
import { eventsOf, type JsonEvent } from "./events.ts";
import { type LoadReport, type Loads, reportOf } from "./loads.ts";
import { Sensor, type Summary } from "./sensor.ts";

/** The kind of kernel record that each event is made from; what is lost is counted by it. */
export const KIND_OF: Readonly<Record<number, string>> = {
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

/** What the load program did: how often each event has to be there. */
export class Storm {
  readonly pid: number;
  readonly workers: ReadonlySet<number>;
  readonly done: ReadonlyMap<number, number>;
  readonly program: string;
  readonly #memory: string;

  private constructor(program: string, { pid, lines }: LoadReport) {
    const pairs = lines.map((line) => line.split(" "));
    const workers = pairs.filter(([what]) => what === "worker");
    const counts = pairs.filter(([what]) => what !== "worker");
    this.pid = pid;
    this.program = program;
    this.#memory = `/memfd:${program.split("/").at(-2)} `;
    this.workers = new Set(workers.map(([, id]) => Number(id)));
    this.done = new Map(counts.map(([event, count]) => [Number(event), Number(count)]));
  }

  /** Runs the load program in a new folder in `folder`. */
  static async run(loads: Loads, folder: Folder, seconds: number): Promise<Storm> {
    const place = await Deno.makeTempDir({ dir: folder.path });
    // Children are told by their image: each storm has its own.
    const program = `${place}/mixed_storm`;
    await Deno.copyFile(await loads.program("mixed_storm"), program);
    const said = await output(program, String(seconds), place);
    return new Storm(program, reportOf("mixed_storm", said));
  }

  /** Whether the load program counted what this event tells of. */
  has(event: JsonEvent): boolean {
    if (event.ProcessId === this.pid) return false;
    const isWorker = this.workers.has(event.ProcessId as number);
    const isChild = !isWorker &&
      (event.Image === this.program || String(event.Image).startsWith(this.#memory));
    switch (event.EventID) {
      case 1:
        return this.workers.has(event.ParentProcessId as number);
      case 3:
        return isWorker && event.Protocol === "tcp";
      case 5:
      case 7:
      case 25:
        return isChild;
      case 8:
      case 10:
        return this.workers.has(event.SourceProcessId as number);
      default:
        return isWorker;
    }
  }
}

/** A sensor that captures everything. */
export class Witness implements AsyncDisposable {
  readonly #file: string;
  readonly #sensor: Sensor;
  #summary: Summary | undefined;

  private constructor(file: string, sensor: Sensor) {
    this.#file = file;
    this.#sensor = sensor;
  }

  /** Starts one that writes into `folder`. */
  static async start(folder: Folder, ...options: string[]): Promise<Witness> {
    const file = await Deno.makeTempFile({ dir: folder.path });
    const sink = ["--sink", `json:${file}`];
    const all = ["run", "--stats", "-c", config("storm.xml"), ...sink, ...options];
    return new Witness(file, await Sensor.start(all));
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#summary = (await this.#sensor.stop()).summary;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sensor[Symbol.asyncDispose]();
  }

  /** Counted as lost, of anybody on this host, of the records that give `event`; once stopped. */
  lost(event: number): number {
    assert(this.#summary !== undefined);
    const own = lostOf(event, this.#summary);
    // Of a child whose start was lost, nobody knows that it was the storm's.
    return event === 5 || event === 7 ? own + lostOf(1, this.#summary) : own;
  }

  /** How often it wrote what the storm did, by event. */
  written(storm: Storm): Map<number, number> {
    const written = new Map<number, number>();
    eventsOf(this.#file, (event) => {
      if (storm.has(event)) written.set(event.EventID, (written.get(event.EventID) ?? 0) + 1);
      return false;
    });
    return written;
  }

  /**
   * What a record or a file that was captured has become, where that does not add up: for each event
   * what the rules dropped and what was written, for the sink what it got, and of each file that may be a
   * program whether it is one, is none, or was lost.
   */
  unaccounted(): string[] {
    assert(this.#summary !== undefined);
    const { events, sinks: [sink], capture: { kinds }, candidates } = this.#summary;
    const sums: (readonly [what: string, whole: number, parts: readonly number[]])[] = Object
      .entries(
        events,
      ).map(([id, { seen, filtered, written }]) => [`event ${id}`, seen, [filtered, written]]);
    const all = Object.values(events).map(({ written }) => written);
    sums.push(["the sink", sum(all), [sink.written, sink.dropped]]);
    if (candidates !== undefined) {
      const { captured, programs, notPrograms, lost } = candidates;
      sums.push(["files", captured, [programs, notPrograms, ...Object.values(lost)]]);
      sums.push(["records of files", kinds.executable.captured, [captured]]);
      sums.push(["programs", programs, [events[29]?.seen ?? 0]]);
    }
    return sums.filter(([, whole, parts]) => whole !== sum(parts))
      .map(([what, whole, parts]) => `${what}: ${whole}, not ${parts.join(" + ")}`);
  }

  /**
   * The events for which what was done, written, and lost does not add up. The rest of the host loses
   * events, too: where nothing was lost they must be equal, elsewhere the loss must cover it.
   */
  unexplained(storm: Storm): string[] {
    const written = this.written(storm);
    return [...storm.done].filter(([event, count]) => {
      const gap = count - (written.get(event) ?? 0);
      return gap < 0 || gap > this.lost(event);
    }).map(([event, count]) =>
      `event ${event}: done ${count}, written ${written.get(event)}, lost ${this.lost(event)}`
    );
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Counted as lost, of the records that give `event`. */
export function lostOf(event: number, { capture, candidates }: Summary): number {
  const ofKind = (kind: string) => sum(LOSSES.map((reason) => capture.kinds[kind][reason]));
  const own = ofKind(KIND_OF[event]);
  if (event === 29) return own + sum(Object.values(candidates?.lost ?? {}));
  return own;
}
