/** Datagrams: one event for a process and its addresses in 30 minutes (config-semantics T28). */
import { BoundedMap } from "./bounded_map.ts";

const FLOW_MS = 30 * 60 * 1000;
const MAX_FLOWS = 16_384;

/** Flows met lately. */
export class Flows {
  readonly #seen = new BoundedMap<string, number>(MAX_FLOWS);

  /** Whether the flow was not told of in the last 30 minutes. */
  isNew(flow: string, time: number): boolean {
    const seen = this.#seen.get(flow);
    if (seen !== undefined && Math.abs(time - seen) < FLOW_MS) return false;
    this.#seen.set(flow, time);
    return true;
  }
}
