/** Serving a sensor's counters, for the commands that capture. */
import {
  exposition,
  type MetricsAddress,
  MetricsError,
  MetricsServer,
  parseAddress,
} from "../metrics/mod.ts";
import type { Sensor } from "../sensor/sensor.ts";
import { Exit, Failure, UsageError } from "./usage.ts";

/** Reads `--metrics`. @throws {UsageError} */
export function metricsAddress(text: string): MetricsAddress {
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new UsageError("--metrics takes a port, or HOST:PORT, such as 9469 or 0.0.0.0:9469");
}

/** @throws {Failure} */
export function openMetrics(address: MetricsAddress, sensor: Sensor): MetricsServer {
  try {
    return new MetricsServer(address, () => exposition(sensor.status()));
  } catch (error) {
    if (error instanceof MetricsError) throw new Failure(error.message, Exit.COULD_NOT_RUN);
    throw error;
  }
}
