/**
 * Has the kernel see, and refuse if asked to, what is done to the sensor; knows what of that it does.
 */
import type { Event } from "../events/event.ts";
import type { Interference } from "../events/interference_records.ts";
import { type Native, NativeError } from "../sources/native.ts";
import { errorReport } from "./own_events.ts";
import { type Protected, ProtectionReports, type ProtectionState } from "./protection.ts";

/** A sensor's protection; each method that returns events returns those that are to be written. */
export class Guarding {
  readonly #native: Pick<Native, "protect" | "refuse">;
  readonly #own: () => Protected;
  readonly #reports = new ProtectionReports();
  #refusing = false;
  #unseen: string | undefined;
  #unrefused: string | undefined;

  /** `own` is asked for anew at each {@link renew}. */
  constructor(native: Pick<Native, "protect" | "refuse">, own: () => Protected) {
    this.#native = native;
    this.#own = own;
  }

  /** Begins. What the kernel does not refuse now it does not refuse later either. */
  begin(): Event[] {
    const seeing = this.renew();
    const wanted = this.#own().refuse === true;
    const reason = this.#reasonAgainst(() => this.#native.refuse(wanted));
    this.#refusing = wanted && reason === undefined;
    if (reason === undefined) return seeing;
    const what = wanted ? "is not refused" : "may be refused as by the sensor before";
    this.#unrefused = `what is done to the sensor ${what}: ${reason}`;
    return [...seeing, errorReport("Protection", this.#unrefused)];
  }

  /** Protects what is the sensor's own now. */
  renew(): Event[] {
    const { paths, supervisor } = this.#own();
    this.#reports.paths = paths;
    const reason = this.#reasonAgainst(() => this.#native.protect(paths, supervisor));
    const before = this.#unseen;
    this.#unseen = reason && `not all that is done to the sensor is seen: ${reason}`;
    const isNew = this.#unseen !== undefined && this.#unseen !== before;
    return isNew ? [errorReport("Protection", this.#unseen!)] : [];
  }

  /** What was done, at a time in milliseconds. */
  take(interferences: readonly Interference[], now: number): Event[] {
    const events = this.#reports.take(interferences, now);
    // Another file may have the place of one that was protected.
    return this.#reports.takeMoves() ? [...events, ...this.renew()] : events;
  }

  /** See {@link ProtectionReports.due}. */
  due(now: number, last = false): Event[] {
    return this.#reports.due(now, last);
  }

  /** See {@link ProtectionReports.stoppedBy}. */
  stoppedBy(time: number): string | undefined {
    return this.#reports.stoppedBy(time);
  }

  /** What is not as it was asked for, and why. */
  get complaints(): readonly string[] {
    return [this.#unseen, this.#unrefused].filter((text) => text !== undefined);
  }

  /** How it is doing; the kernel side has counted `seen` and `refused`. */
  state({ seen, refused } = { seen: 0, refused: 0 }): ProtectionState {
    return {
      refusing: this.#refusing,
      complaints: this.complaints,
      seen: seen + this.#reports.touched,
      refused,
    };
  }

  #reasonAgainst(act: () => void): string | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return error.message;
    }
  }
}
