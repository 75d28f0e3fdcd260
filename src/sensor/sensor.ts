/**
 * The sensor's life: open, capture until told to stop, reload, report losses, flush, sum up.
 */
import type { Event } from "../events/event.ts";
import type { Family } from "../events/process_table.ts";
import type { BatchDecoder, LiveSource } from "../sources/live_source.ts";
import { CaptureEnded, type Native, NativeError } from "../sources/native.ts";
import type { CaptureStats, FailedHook } from "../sources/native_answers.ts";
import type { SinkSet } from "../sinks/mod.ts";
import { type Blocking, describeBlocking } from "./blocking.ts";
import { letSinksCatchUp } from "./catching_up.ts";
import { ErrorReports } from "./error_reports.ts";
import { withForgotten } from "./forgotten.ts";
import { Guarding } from "./guarding.ts";
import { configurationChanged, errorReport, stateChanged } from "./own_events.ts";
import { Pipeline } from "./pipeline.ts";
import type { Policy } from "./policy.ts";
import type { Protected } from "./protection.ts";
import type { RecordIds } from "./record_ids.ts";
import { ResourceMeter } from "./resources.ts";
import { Safekeeping } from "./safekeeping.ts";
import { RecentErrors, type SensorStatus } from "./status.ts";
import type { Summary } from "./summary.ts";
import { VERSION } from "./version.ts";
import { yieldToLoop } from "./yield.ts";

/** Bytes of one batch; a record has at most 320 KiB. */
export const BATCH_BYTES = 384 * 1024;

const WAIT_MS = 1000;
/** The same while something that was read is not yet safe. */
const SHORT_WAIT_MS = 20;
/** How long one run of batches may keep the event loop from signals and sinks. */
const TURN_MS = 1;
/**
 * Events held back for hashes, beyond which the kernel's buffer has to hold the rest: they leave at once when
 * the hashes are there, and have to fit into the half of a sink's queue that is kept free.
 */
const MAX_WAITING = 1_024;
/** A stop writes what happened before it, not what a busy host goes on doing. */
const STOP_MS = 5_000;

/** How the kernel side is opened. */
export interface SensorOptions {
  /** The instance's name. */
  readonly name: string;
  readonly ringBytes: number;
  readonly maxArguments: number;
  /** See `CaptureOptions`. */
  readonly pins?: string;
  /** What is the sensor's own: asked for anew at each reload. Absent: nothing of it is seen. */
  readonly own?: () => Protected;
}

const TAKEN_OVER =
  "the capture of the sensor before this one went on after its end; what it had not delivered " +
  "comes now";

/** A live sensor. */
export class Sensor {
  readonly #native: Native;
  readonly #sinks: SinkSet;
  readonly #pipeline: Pipeline;
  readonly #decoder: BatchDecoder;
  readonly #buffer = new Uint8Array(BATCH_BYTES);
  readonly #events: Event[] = [];
  readonly #errors = new ErrorReports();
  readonly #resources = new ResourceMeter();
  #pending: Policy | undefined;
  #blocking: Blocking | undefined;
  readonly #recentErrors = new RecentErrors();
  #safekeeping: Safekeeping | undefined;
  #guarding: Guarding | undefined;
  /** How many times it has looked for records; stands still when it is stuck. */
  turns = 0;
  #stopping = false;
  #isLeaving = false;
  #ended: string | undefined;
  #startedAt = 0;
  #startTime = 0;
  #configuredTime = 0;

  constructor(
    native: Native,
    source: LiveSource,
    policy: Policy,
    sinks: SinkSet,
    recordIds?: RecordIds,
  ) {
    this.#native = native;
    this.#sinks = sinks;
    this.#decoder = source.decoder(this.#buffer);
    this.#decoder.wanted = (id) => policy.rules.wants(id);
    this.#pipeline = new Pipeline(policy, sinks, recordIds);
  }

  /** Attaches to the kernel. @throws {NativeError} */
  open(options: SensorOptions): void {
    if (Deno.build.os === "linux" && options.own !== undefined) {
      this.#guarding = new Guarding(this.#native, options.own);
    }
    const protects = this.#guarding !== undefined;
    const events = this.#pipeline.policy.events;
    const opened = this.#native.open({ events, protects, ...options });
    if (options.pins !== undefined) {
      this.#safekeeping = new Safekeeping(
        this.#native,
        this.#pipeline,
        () => this.#sinks.counters(),
      );
    }
    this.#announce(this.#guarding?.begin() ?? []);
    this.#startedAt = performance.now();
    this.#startTime = this.#configuredTime = Date.now();
    this.#pipeline.announce(configurationChanged(this.#pipeline.policy.source));
    this.#pipeline.announce(stateChanged("Started"));
    if (opened === "taken over") this.#announce([errorReport("TakenOver", TAKEN_OVER)]);
    this.#reportHooks();
    if (this.#pipeline.policy.blocking?.tags.length) this.#enforce(this.#pipeline.policy);
  }

  /** What the kernel refused, though the configuration in force wants it. */
  failedHooks(): readonly FailedHook[] {
    return this.#native.stats().failedHooks;
  }

  /** Makes {@link run} flush and return. */
  stop(): void {
    this.#stopping = true;
    this.#native.wake();
  }

  /**
   * Like {@link stop}, but what is pinned stays in the kernel, which goes on capturing for a sensor that
   * takes over.
   */
  leave(): void {
    this.#isLeaving = this.#safekeeping !== undefined;
    this.stop();
  }

  /**
   * Changes the configuration between two batches. What the new one needs is attached before it
   * holds, what it no longer needs is detached after.
   *
   * @throws {NativeError} when the kernel refuses; the old configuration stays in force.
   */
  reload(policy: Policy): void {
    this.#native.configure(this.#pipeline.policy.events.union(policy.events));
    this.#enforce(policy);
    this.#pending = policy;
    this.#native.wake();
  }

  /** The configuration in force. */
  get policy(): Policy {
    return this.#pipeline.policy;
  }

  /** Writes an event about the sensor itself; no rule asks for it. */
  announce(event: Event): void {
    this.#announce([event]);
  }

  /** What is denied, or why not; undefined when the configuration wants nothing denied. */
  get blocking(): Blocking | undefined {
    return this.#blocking;
  }

  /** What is done to the sensor and cannot be seen, or refused as asked for, and why. */
  get unprotected(): readonly string[] {
    return this.#guarding?.complaints ?? [];
  }

  /** Never silently: what is not denied although the rules say so is reported. */
  #enforce({ blocking }: Policy): void {
    if (blocking === undefined) return;
    const { tags, problems } = blocking;
    const leftOut = problems.length;
    let reason: string | undefined;
    try {
      this.#native.block(blocking.bytes);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      reason = error.message;
    }
    this.#blocking = tags.length === 0 && leftOut === 0 ? undefined : { tags, leftOut, reason };
    const complaint = this.#blocking && describeBlocking(this.#blocking);
    if (complaint !== undefined) this.#announce([errorReport("Blocking", complaint)]);
  }

  /** Why the capture ended without {@link stop}; undefined when it did not. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Captures until {@link stop}, or until somebody else ends the capture. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      await this.#wait();
      await this.#drain(Infinity);
      this.#safekeeping?.follow(performance.now());
      this.#applyPending();
      this.#reportErrors(false);
    }
    await this.#drain(STOP_MS);
    this.#release(true);
    await this.#pipeline.settled();
    this.#reportErrors(true);
    this.#announce(this.#guarding?.due(performance.now(), true) ?? []);
    this.#pipeline.announce(stateChanged("Stopped", this.stoppedBy));
    await this.#sinks.flush();
  }

  /** Who had it stop, as far as that was seen. */
  get stoppedBy(): string | undefined {
    return this.#stopping ? this.#guarding?.stoppedBy(Date.now()) : undefined;
  }

  /** How it is doing; only while it is open. */
  status(): SensorStatus {
    const sum = this.#sum();
    return {
      version: VERSION,
      pid: Deno.pid,
      startedAt: new Date(this.#startTime).toISOString(),
      configuration: {
        ...this.#pipeline.policy.source,
        since: new Date(this.#configuredTime).toISOString(),
      },
      lastErrors: this.#recentErrors.list(),
      protection: this.#guarding?.state(sum.capture?.interferences),
      ...sum,
    };
  }

  /** Follows a process and its descendants; undefined without such a process. */
  follow(root: number): Family | undefined {
    return this.#decoder.processes?.follow(root);
  }

  /** Closes the outputs and sums up. */
  async close(): Promise<Summary> {
    const sum = this.#sum();
    await this.#sinks.close();
    if (this.#isLeaving) this.#safekeeping?.end();
    // With it goes what is pinned, or the trace session: a clean stop leaves nothing in the kernel.
    else this.#native.close();
    return { ...sum, sinks: this.#sinks.counters(), resources: this.#resources.used() };
  }

  #sum(): Summary {
    return {
      seconds: (performance.now() - this.#startedAt) / 1000,
      events: this.#pipeline.counters(),
      candidates: this.#pipeline.candidates(),
      sinks: this.#sinks.counters(),
      decoder: this.#decoder.counters,
      hashing: this.#pipeline.policy.hasher?.counters,
      archiving: this.#pipeline.policy.archive?.archive?.counters,
      capture: this.#captureStats(),
      blocking: this.#blocking,
      resources: this.#resources.used(),
    };
  }

  #captureStats(): CaptureStats {
    return withForgotten(this.#native.stats(), this.#decoder.counters.forgotten);
  }

  async #wait(): Promise<void> {
    try {
      await this.#native.wait(this.#safekeeping?.isOpen ? SHORT_WAIT_MS : WAIT_MS);
    } catch (error) {
      if (!(error instanceof CaptureEnded)) throw error;
      this.#ended = error.message;
      this.#stopping = true;
      this.#announce([errorReport("Capture", error.message)]);
    }
  }

  /** Events that the decoder held back. */
  #release(all: boolean): void {
    this.#decoder.release?.(this.#events, all);
    if (this.#events.length > 0) this.#pipeline.push(this.#events);
    this.#events.length = 0;
  }

  async #drain(milliseconds: number): Promise<void> {
    const begin = performance.now();
    let turn = begin;
    for (;;) {
      this.turns++;
      const length = this.#native.drain(this.#buffer);
      if (length === 0) return this.#release(false);
      this.#decoder.decode(length, this.#events);
      this.#pipeline.push(this.#events);
      this.#events.length = 0;
      this.#reportInterferences();
      await letSinksCatchUp(this.#sinks, this.#native, () => {
        this.#safekeeping?.follow(performance.now());
        if (this.#stopping && milliseconds === Infinity) return false;
        return performance.now() - begin < milliseconds;
      });
      const now = performance.now();
      this.#safekeeping?.follow(now);
      if (now - turn > TURN_MS) {
        await yieldToLoop();
        if (this.#stopping && milliseconds === Infinity) return;
        this.#applyPending();
        turn = performance.now();
      }
      if (now - begin > milliseconds) return;
      while (this.#pipeline.waiting > MAX_WAITING) await this.#pipeline.settled();
    }
  }

  #reportInterferences(): void {
    const interferences = this.#decoder.takeInterferences?.() ?? [];
    if (interferences.length === 0) return;
    this.#announce(this.#guarding?.take(interferences, performance.now()) ?? []);
  }

  #applyPending(): void {
    const policy = this.#pending;
    if (policy === undefined) return;
    this.#pending = undefined;
    this.#configuredTime = Date.now();
    this.#pipeline.policy = policy;
    this.#decoder.wanted = (id) => policy.rules.wants(id);
    this.#native.configure(policy.events);
    this.#announce(this.#guarding?.renew() ?? []);
    this.#pipeline.announce(configurationChanged(policy.source));
    this.#reportHooks();
  }

  /** Events 255 of what is due; `last` makes everything due. */
  #reportErrors(last: boolean): void {
    const now = performance.now();
    if (!last && !this.#errors.isDue(now)) return;
    const hashing = this.#pipeline.policy.hasher?.counters?.unavailable;
    const { unknown } = this.#decoder.counters;
    this.#announce(this.#guarding?.due(now) ?? []);
    this.#announce(this.#errors.losses(this.#captureStats(), now, unknown));
    this.#announce(this.#errors.sinks(this.#sinks.counters(), now, last));
    this.#announce(this.#errors.hashes(hashing, now, last));
  }

  /** Events 255 of hooks that have just failed. */
  #reportHooks(): void {
    this.#announce(this.#errors.hooks(this.#native.stats()));
  }

  #announce(events: readonly Event[]): void {
    for (const event of events) {
      this.#recentErrors.add(event);
      this.#pipeline.announce(event);
    }
  }
}
