/**
 * How a running sensor is doing.
 */
import type { Event } from "../events/event.ts";
import type { PolicySource } from "./policy.ts";
import type { ProtectionState } from "./protection.ts";
import type { Summary } from "./summary.ts";

/** What `monomi status` is given: what was counted so far, and what is going on. */
export interface SensorStatus extends Summary {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** In force, and since when (ISO 8601, UTC). */
  readonly configuration: PolicySource & { readonly since: string };
  /** The last events 255, oldest first. */
  readonly lastErrors: readonly ReportedError[];
  /** Absent where nothing is protected. */
  readonly protection?: ProtectionState;
}

/** One event 255. */
export interface ReportedError {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly id: string;
  readonly description: string;
}

const KEPT = 10;
/** Its EventID. */
const ERROR_REPORT = 255;

/** Keeps the last events 255. */
export class RecentErrors {
  readonly #errors: ReportedError[] = [];

  /** Takes one of the sensor's own events; only 255 is an error. */
  add({ definition, values, time }: Event): void {
    if (definition.id !== ERROR_REPORT) return;
    const text = (field: string) => String(values[definition.fieldIndex.get(field)!]);
    this.#errors.push({
      time: new Date(time).toISOString(),
      id: text("ID"),
      description: text("Description"),
    });
    if (this.#errors.length > KEPT) this.#errors.shift();
  }

  /** Oldest first. */
  list(): readonly ReportedError[] {
    return [...this.#errors];
  }
}
