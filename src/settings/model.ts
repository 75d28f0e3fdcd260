/** What a service does that no Sysmon configuration says. */
import type { MetricsAddress } from "../metrics/mod.ts";
import type { SinkSpec } from "../sinks/mod.ts";

/** The contents of /etc/NAME/monomi.yaml. */
export interface Settings {
  /** At least one. */
  readonly sinks: readonly SinkSpec[];
  /** The kernel's buffer, in bytes. */
  readonly ringBytes: number;
  /** Longest argument list that is taken, in bytes. */
  readonly maxArguments: number;
  /** Bytes that may wait in memory for each sink. */
  readonly queueBytes: number;
  /** Whether what is done to the sensor is refused. */
  readonly protect: boolean;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics: MetricsAddress | undefined;
}

/** The name of a settings file. */
export const SETTINGS_FILE = "monomi.yaml";
