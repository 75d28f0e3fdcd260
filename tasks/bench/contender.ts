/** What every sensor that is compared must be able to do. */

import type { ProcessorTime } from "./accounting.ts";
import type { IsOwn } from "./event_counter.ts";
import type { Storm, StormRun } from "./storm.ts";

/** Figures of one round, by quantity; see docs/performance.md for each. */
export type Figures = Readonly<Record<string, number | undefined>>;

/** A sensor that can be started for a storm. */
export interface Contender {
  readonly name: string;
  /** Whether it works with programs in the kernel, whose time the kernel can take. */
  readonly hasPrograms: boolean;
  /** Starts it; resolves when it captures. Its files go to `folder`, which is private. */
  start(storm: Storm, folder: string, directory: string): Promise<RunningSensor>;
}

/** A sensor that captures. Disposing it ends it, however it is. */
export interface RunningSensor extends AsyncDisposable {
  /** Processor time used so far, by quantity. */
  processorTimes(): Readonly<Record<string, ProcessorTime>>;
  /** The file that it writes, one event a line. */
  readonly output: string;
  /** How many lines it must write about a storm, and which are these. */
  readonly expectedEvents: number;
  ownEvents(run: StormRun): IsOwn;
  /** Memory, as it is now and as it was at most. */
  memory(): Figures;
  /** Ends it in order and tells what it counted. */
  stop(): Promise<Figures>;
}
