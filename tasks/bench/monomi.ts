/** monomi as a contender. */

import { config } from "../../tests/support/environment.ts";
import { Sensor } from "../../tests/support/sensor.ts";
import { kernelMaps, mappedRing, MemoryWatch, processorTime } from "./accounting.ts";
import type { Contender, Figures, RunningSensor } from "./contender.ts";
import { sum } from "./numbers.ts";
import type { Setup, Storm, StormRun } from "./storm.ts";

const MEMORY_INTERVAL_MS = 200;
const LOSSES = ["ringFull", "tableFull", "internal", "recursion"];

/** monomi in one of a storm's setups. */
export function monomiContender(setup: Setup): Contender {
  return {
    name: setup.name,
    hasPrograms: true,
    start: (storm, folder) => RunningMonomi.start(["-c", config(setup.config)], folder, storm),
  };
}

/** A running monomi that writes JSON lines into a file. */
export class RunningMonomi implements RunningSensor {
  readonly output: string;
  readonly expectedEvents: number;
  readonly #sensor: Sensor;
  readonly #storm: Storm | undefined;
  readonly #watch: MemoryWatch;

  private constructor(sensor: Sensor, output: string, storm: Storm | undefined) {
    this.#sensor = sensor;
    this.output = output;
    this.#storm = storm;
    this.expectedEvents = storm === undefined ? 0 : storm.operations * storm.eventsPerOperation;
    this.#watch = new MemoryWatch(sensor.pid, MEMORY_INTERVAL_MS);
  }

  /** Starts it with more arguments for `run`. Its output goes to `folder`. */
  static async start(args: readonly string[], folder: string, storm?: Storm) {
    const output = `${folder}/events.json`;
    const sensor = await Sensor.start(["run", "--stats", ...args, "--sink", `json:${output}`]);
    return new RunningMonomi(sensor, output, storm);
  }

  processorTimes() {
    return { sensor: processorTime(this.#sensor.pid) };
  }

  ownEvents(run: StormRun) {
    return this.#storm!.isOwn(run);
  }

  memory(): Figures {
    this.#watch.look();
    const { anonymous, file, shared } = this.#watch.peak;
    const ring = mappedRing(this.#sensor.pid);
    const maps = kernelMaps(this.#sensor.pid);
    return {
      rss_anonymous_kib: anonymous,
      rss_file_without_ring_kib: file - ring,
      rss_shared_kib: shared,
      ring_mapped_kib: ring,
      kernel_maps_kib: maps,
      memory_in_all_kib: anonymous + file - ring + shared + maps,
    };
  }

  async stop(): Promise<Figures> {
    const { summary } = await this.#sensor.stop();
    if (summary === undefined) throw new Error("monomi printed no summary");
    const { kinds, programs, ringBytes } = summary.capture;
    const lost = Object.values(kinds).flatMap((kind) => LOSSES.map((reason) => kind[reason]));
    return {
      ring_kib: ringBytes / 1024,
      kernel_program_s: sum(programs.map(({ runTimeNs }) => runTimeNs)) / 1e9,
      counted_lost: sum(lost) + sum(summary.sinks.map(({ dropped }) => dropped)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#sensor[Symbol.asyncDispose]();
  }
}
