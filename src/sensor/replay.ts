/**
 * A recorded capture through the same way as a live one.
 */
import { Decoder } from "../events/decoder.ts";
import type { Event } from "../events/event.ts";
import type { RecordFile } from "../sources/record_file.ts";
import type { SinkSet } from "../sinks/mod.ts";
import { Pipeline } from "./pipeline.ts";
import type { Policy } from "./policy.ts";
import type { ResourceMeter } from "./resources.ts";
import type { Summary } from "./summary.ts";
import { BATCH_BYTES } from "./sensor.ts";

/**
 * Replays a record file into the sinks. Images are not hashed: the files of the recorded host are
 * not here.
 */
export async function replayRecords(
  file: RecordFile,
  policy: Policy,
  sinks: SinkSet,
  resources: ResourceMeter,
): Promise<Summary> {
  const begin = performance.now();
  const buffer = new Uint8Array(BATCH_BYTES);
  const decoder = new Decoder(file.host, buffer);
  decoder.wanted = (id) => policy.rules.wants(id);
  const pipeline = new Pipeline(policy, sinks);
  const events: Event[] = [];
  for (;;) {
    const length = file.read(buffer);
    if (length === 0) break;
    decoder.decode(length, events);
    pipeline.push(events);
    events.length = 0;
    await sinks.ready();
  }
  await sinks.flush();
  await sinks.close();
  return {
    seconds: (performance.now() - begin) / 1000,
    events: pipeline.counters(),
    sinks: sinks.counters(),
    decoder: decoder.counters,
    resources: resources.used(),
  };
}
