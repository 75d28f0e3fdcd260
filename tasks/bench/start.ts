/** How long the single file takes from its launch to the first event. */

import { config } from "../../tests/support/environment.ts";
import { Sensor } from "../../tests/support/sensor.ts";
import { until } from "../../tests/support/waiting.ts";
import type { Results } from "./results.ts";

/** How the benchmark is called in the results. */
export const START = "start";

const SETUPS = [
  { name: "monomi, process events", config: "processes.xml" },
  { name: "monomi, all events", config: "everything.xml" },
];

/** Launches each setup once a round. */
export async function runStart(rounds: number, results: Results): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const { name, config } of SETUPS) results.add(START, name, round, await launch(config));
  }
}

/** Both times from the launch; the first event is the start of a process. */
async function launch(file: string) {
  const args = ["run", "-c", config(file), "--sink", "json:-"];
  let event: number | undefined;
  const begin = performance.now();
  const onLine = (line: string) => {
    if (line.startsWith('{"EventID":1,')) event ??= performance.now();
  };
  await using sensor = Sensor.launch(args, { onLine });
  let ready: number | undefined;
  sensor.ready().then(() => ready = performance.now());
  await until("the first event", async () => {
    await new Deno.Command("/bin/true").output();
    return event !== undefined && ready !== undefined;
  });
  const stopping = performance.now();
  await sensor.stop();
  return {
    ready_ms: ready! - begin,
    first_event_ms: event! - begin,
    stop_ms: performance.now() - stopping,
  };
}
