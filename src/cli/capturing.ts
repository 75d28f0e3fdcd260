/** What `run` and the service do alike around a sensor. */
import { describeBlocking } from "../sensor/blocking.ts";
import type { Sensor } from "../sensor/sensor.ts";
import { describeHook } from "../sensor/summary.ts";
import type { SinkSet } from "../sinks/mod.ts";
import type { Native } from "../sources/native.ts";
import { giveUpPrivileges } from "./privileges.ts";

/** Where a line for the operator goes; it may hold what others chose. */
export type Say = (text: string) => void;

/** Why a capture ended. */
export type Ending = "stopped" | "no output" | "failed";

/** Warns of what an open sensor does not do, and gives up what only opening needs. */
export function settle(sensor: Sensor, native: Native, say: Say): void {
  for (const hook of sensor.failedHooks()) say(`warning: ${describeHook(hook)}`);
  warnOfBlocking(sensor, say);
  for (const complaint of sensor.unprotected) say(`warning: ${complaint}`);
  giveUpPrivileges(native, say);
}

/** Rules that block nothing must not look as if they did. */
export function warnOfBlocking({ blocking }: Sensor, say: Say): void {
  const complaint = blocking && describeBlocking(blocking);
  if (complaint !== undefined) say(`warning: ${complaint}`);
}

/** Captures until somebody stops it, nothing takes its output, or it cannot go on. */
export async function captureToEnd(sensor: Sensor, sinks: SinkSet, say: Say): Promise<Ending> {
  let ending: Ending = "stopped";
  sinks.broken.then((reason) => {
    say(`no output is left (${reason})`);
    ending = "no output";
    sensor.stop();
  });
  await sensor.run();
  if (sensor.stoppedBy !== undefined) say(`stopped by ${sensor.stoppedBy}`);
  if (sensor.ended === undefined) return ending;
  say(sensor.ended);
  return "failed";
}
