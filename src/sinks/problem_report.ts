/**
 * Tells people that a target is in trouble, and when it is well again, without flooding them.
 */
import type { TargetCounters } from "./target.ts";

const MILLISECONDS_BETWEEN_TROUBLES = 10_000;

/** Turns what happens to one target into few messages. */
export class ProblemReport {
  readonly #name: string;
  readonly #counters: Readonly<TargetCounters>;
  readonly #tell: (message: string) => void;
  #toldAt = -Infinity;
  #inToldTrouble = false;
  #droppedAndTold = 0;

  constructor(
    name: string,
    counters: Readonly<TargetCounters>,
    onProblem: (message: string) => void = () => {},
  ) {
    this.#name = name;
    this.#counters = counters;
    this.#tell = onProblem;
  }

  /** Something keeps lines from being delivered; told at most once in ten seconds. */
  trouble(what: string): void {
    const now = performance.now();
    if (now - this.#toldAt < MILLISECONDS_BETWEEN_TROUBLES) return;
    this.#toldAt = now;
    this.#inToldTrouble = true;
    const dropped = this.#untoldDrops();
    this.#tell(
      `${this.#name}: ${what}` + (dropped > 0 ? `; ${dropped} events dropped so far` : ""),
    );
  }

  /** Lines are being delivered and the queue has room. */
  well(): void {
    if (!this.#inToldTrouble) return;
    this.#inToldTrouble = false;
    this.#tell(`${this.#name}: writing again; ${this.#untoldDrops()} events were dropped`);
    this.#droppedAndTold = this.#counters.dropped;
  }

  /** The target takes no more lines. */
  closed(): void {
    const dropped = this.#untoldDrops();
    if (dropped > 0) this.#tell(`${this.#name}: closed; ${dropped} events were dropped`);
    this.#droppedAndTold = this.#counters.dropped;
  }

  #untoldDrops(): number {
    return this.#counters.dropped - this.#droppedAndTold;
  }
}
