/** Storms in rounds: in each round every contender once, and once nobody. */

import { Folder } from "../../tests/support/environment.ts";
import type { LoadReport, Loads } from "../../tests/support/loads.ts";
import type { Contender, Figures } from "./contender.ts";
import { EventCounter } from "./event_counter.ts";
import { KernelTimes } from "./machine.ts";
import type { Results } from "./results.ts";
import type { Storm } from "./storm.ts";

/** The name of the rounds without a sensor. */
export const NOBODY = "none";
/** Quantities of the rounds in which the kernel takes the time of its programs. */
export const KERNEL_TIME = "kernel_program_s";

const SETTLE_MS = 500;
/** Part of a storm that runs before the first round, to fill caches. */
const WARM_UP = 0.1;

/** Where and how often storms run. */
export interface Place {
  readonly loads: Loads;
  readonly directory: string;
  readonly rounds: number;
  readonly results: Results;
  /** Is told what runs now. */
  readonly say: (text: string) => void;
}

/** Runs all rounds of a storm, then as many in which the kernel takes its programs' times. */
export async function runStorm(
  storm: Storm,
  contenders: readonly Contender[],
  place: Place,
): Promise<void> {
  const { rounds, results, say } = place;
  const warmUp = { ...storm, operations: Math.ceil(storm.operations * WARM_UP) };
  await runLoad(warmUp, place);
  const everybody = [undefined, ...contenders];
  for (let round = 1; round <= rounds; round++) {
    for (let turn = 0; turn < everybody.length; turn++) {
      // Another one begins each round, so that no place in the order favours anybody.
      const contender = everybody[(turn + round - 1) % everybody.length];
      const name = contender?.name ?? NOBODY;
      say(`${storm.name}, round ${round} of ${rounds}, ${name}`);
      const { [KERNEL_TIME]: _, ...figures } = await measure(storm, contender, place);
      results.add(storm.name, name, round, figures);
    }
  }
  using _times = new KernelTimes();
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders.filter(({ hasPrograms }) => hasPrograms)) {
      say(`${storm.name}, kernel time, round ${round} of ${rounds}, ${contender.name}`);
      const { [KERNEL_TIME]: time, rate_per_s } = await measure(storm, contender, place);
      results.add(storm.name, contender.name, round, {
        [KERNEL_TIME]: time,
        rate_with_kernel_times_per_s: rate_per_s,
      });
    }
  }
}

async function measure(
  storm: Storm,
  contender: Contender | undefined,
  place: Place,
): Promise<Figures> {
  if (contender === undefined) {
    await settle();
    return loadFigures(await runLoad(storm, place));
  }
  using folder = new Folder();
  await using sensor = await contender.start(storm, folder.path, place.directory);
  await settle();
  const before = sensor.processorTimes();
  const report = await runLoad(storm, place);
  const image = await place.loads.program(storm.program);
  const counter = new EventCounter(
    sensor.output,
    sensor.ownEvents({ report, image, directory: place.directory }),
  );
  await counter.waitFor(sensor.expectedEvents);
  const after = sensor.processorTimes();
  const times = Object.entries(after).flatMap(([name, { user, system }]) => [
    [`${name}_user_s`, user - before[name].user],
    [`${name}_system_s`, system - before[name].system],
  ]);
  const memory = sensor.memory();
  const writtenInTime = counter.count;
  const counted = await sensor.stop();
  counter.update();
  return {
    ...loadFigures(report),
    ...Object.fromEntries(times),
    ...memory,
    ...counted,
    expected_events: sensor.expectedEvents,
    written_events: counter.count,
    written_late_events: counter.count - writtenInTime,
    output_bytes: counter.size,
  };
}

async function runLoad(storm: Storm, { loads, directory }: Place): Promise<LoadReport> {
  return await loads.run(storm.program, storm.operations, ...storm.args(directory));
}

function loadFigures({ operations, ns }: LoadReport): Figures {
  return { operations, seconds: ns / 1e9, rate_per_s: operations / (ns / 1e9) };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
