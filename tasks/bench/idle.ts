/** What the sensor costs on a host where little happens. */

import { Folder } from "../../tests/support/environment.ts";
import { machineActivity } from "./machine.ts";
import { RunningMonomi } from "./monomi.ts";
import type { Results } from "./results.ts";

/** How the benchmark is called in the results. */
export const IDLE = "idle";

const SETTLE_MS = 3_000;

/** Runs the shipped configuration for some seconds; says what else the machine did meanwhile. */
export async function runIdle(seconds: number, results: Results): Promise<void> {
  using folder = new Folder();
  await using sensor = await RunningMonomi.start([], folder.path);
  await pause(SETTLE_MS);
  const begin = performance.now();
  const before = { ...sensor.processorTimes().sensor, ...machineActivity() };
  await pause(seconds * 1_000);
  const after = { ...sensor.processorTimes().sensor, ...machineActivity() };
  const elapsed = (performance.now() - begin) / 1_000;
  const used = after.user + after.system - before.user - before.system;
  const memory = sensor.memory();
  const { ring_kib } = await sensor.stop();
  results.add(IDLE, "monomi", 0, {
    seconds: elapsed,
    sensor_user_s: after.user - before.user,
    sensor_system_s: after.system - before.system,
    sensor_percent_of_one_core: 100 * used / elapsed,
    machine_busy_s: after.busy - before.busy,
    machine_new_processes: after.processes - before.processes,
    ...memory,
    ring_kib,
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
