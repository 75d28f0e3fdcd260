/**
 * Recorded events through the same way as live ones.
 */
import type { Event } from "../events/event.ts";
import type { SinkSet } from "../sinks/mod.ts";
import { merge } from "./merge.ts";
import { Pipeline } from "./pipeline.ts";
import { LogSource, RecordSource, type ReplaySource } from "./replay_source.ts";
import type { ResourceMeter } from "./resources.ts";
import type { Summary } from "./summary.ts";

/** Told now and then how far a replay is. */
export type OnProgress = (bytesRead: number, events: number) => void;

const RULE_NAME = "RuleName";

/**
 * Replays files, merged by time, into the sinks. Nothing is hashed: the images of the recorded hosts
 * are not here, and hashes that were recorded stay. The sources are closed at the end.
 */
export async function replay(
  sources: readonly ReplaySource[],
  sinks: SinkSet,
  resources: ResourceMeter,
  onProgress: OnProgress = () => {},
): Promise<Summary> {
  const begin = performance.now();
  const pipeline = new Pipeline(sources[0].policy, sinks);
  let events = 0;
  try {
    for await (const run of merge(sources)) {
      pipeline.policy = run.source.policy;
      send(run.events, pipeline);
      events += run.events.length;
      await sinks.ready();
      onProgress(sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0), events);
    }
  } finally {
    for (const source of sources) source.close();
    await sinks.flush();
    await sinks.close();
  }
  return {
    seconds: (performance.now() - begin) / 1000,
    events: pipeline.counters(),
    sinks: sinks.counters(),
    decoder: decoderCounters(sources),
    logs: sources.filter((source) => source instanceof LogSource).map(({ summary }) => summary),
    resources: resources.used(),
  };
}

/** Rules decide about what has a RuleName; the rest (4, 16, 255) is always written. */
function send(events: readonly Event[], pipeline: Pipeline): void {
  let filtered: Event[] = [];
  for (const event of events) {
    if (event.definition.fields[0].name === RULE_NAME) {
      filtered.push(event);
      continue;
    }
    pipeline.push(filtered);
    filtered = [];
    pipeline.announce(event);
  }
  pipeline.push(filtered);
}

function decoderCounters(sources: readonly ReplaySource[]): Summary["decoder"] {
  const sum = { records: 0, unknown: 0, running: 0 };
  for (const source of sources) {
    if (!(source instanceof RecordSource)) continue;
    const { records, unknown, running } = source.counters;
    sum.records += records;
    sum.unknown += unknown;
    sum.running += running;
  }
  return sum;
}
