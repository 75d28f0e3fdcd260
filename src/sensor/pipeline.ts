/**
 * One event's way from the decoder to the sinks: rules, hashing only where a field asks for it,
 * numbering, rendering. Live capture and replay use this same way.
 *
 * Events leave in the order in which they came. One whose hashes are not known yet holds those
 * behind it back, for as long as hashing may take; meanwhile capture goes on.
 */
import { type Event, MISSING } from "../events/event.ts";
import { alternative, isArchivable, withCopy } from "../events/file_records.ts";
import { fillImageFacts, NoProgram } from "../hashing/mod.ts";
import type { SinkSet } from "../sinks/mod.ts";
import { type CandidateCounters, Candidates } from "./candidates.ts";
import type { ImageAnswer, Policy } from "./policy.ts";
import { countedFrom, type RecordIds } from "./record_ids.ts";

/** Sysmon's, and those of traces (`events/windows/trace_definitions.ts`). */
const EVENT_IDS = 512;
const RULE_NAME = 0;
/** FileBlockExecutable and FileBlockShredding tell of what the kernel has denied by the rules. */
const DENIALS: ReadonlySet<number> = new Set([27, 28]);

/** What happened to the events of one id. */
export interface EventCounters {
  readonly seen: number;
  readonly filtered: number;
  readonly written: number;
}

/** An event that waits for its hashes. */
class Held {
  event: Event | undefined;
  done = false;
  constructor(event: Event) {
    this.event = event;
  }
}

/** Filters, completes and writes events. */
export class Pipeline {
  readonly #sinks: SinkSet;
  readonly #seen = new Float64Array(EVENT_IDS);
  readonly #filtered = new Float64Array(EVENT_IDS);
  readonly #written = new Float64Array(EVENT_IDS);
  readonly #candidates = new Candidates();
  #policy: Policy;
  readonly #recordIds: RecordIds;
  #queue: (Event | Held)[] = [];
  #held = 0;
  #left = 0;
  #ready: Event[] = [];
  #whenSettled: (() => void)[] = [];

  constructor(policy: Policy, sinks: SinkSet, recordIds = countedFrom(1)) {
    this.#policy = policy;
    this.#sinks = sinks;
    this.#recordIds = recordIds;
  }

  /** The configuration in force; a new one holds from the next {@link push} on. */
  get policy(): Policy {
    return this.#policy;
  }
  set policy(policy: Policy) {
    this.#policy = policy;
  }

  /** Events that wait behind one whose hashes are not known yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Events that have left for the sinks, or were dropped where they waited. */
  get left(): number {
    return this.#left;
  }

  /** Takes a batch of decoded events. */
  push(events: readonly Event[]): void {
    for (let i = 0; i < events.length; i++) this.#take(events[i]);
    this.#flush();
  }

  /** Writes an event of the sensor itself (4, 16, 255), which no rule filters. */
  announce(event: Event): void {
    this.#seen[event.definition.id]++;
    this.#queue.push(event);
    this.#flush();
  }

  /** Resolves when no event waits for hashes or for a copy. */
  settled(): Promise<void> {
    if (this.#held === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  /** Counters by event id, of ids that occurred. */
  counters(): Record<string, EventCounters> {
    const all: Record<string, EventCounters> = {};
    for (let id = 0; id < EVENT_IDS; id++) {
      if (this.#seen[id] === 0) continue;
      all[id] = {
        seen: this.#seen[id],
        filtered: this.#filtered[id],
        written: this.#written[id],
      };
    }
    return all;
  }

  /** What became of files that may have been programs. */
  candidates(): CandidateCounters | undefined {
    return this.#candidates.counters();
  }

  #take(event: Event): void {
    this.#seen[event.definition.id]++;
    const { hasher, hashesFirst } = this.#policy;
    const { image, content, definition } = event;
    if (content !== undefined && hasher !== undefined) {
      event.values[definition.fieldIndex.get("Hash")!] = hasher.hashBytes(content);
    }
    if (image?.mustBeProgram) this.#candidates.captured++;
    if (image !== undefined && hasher === undefined && image.mustBeProgram) {
      this.#discard(event, new NoProgram("unsupported"));
    } else if (hasher === undefined || image === undefined) {
      const judged = this.#judge(event);
      if (judged !== undefined) this.#archived(judged);
    } else if (hashesFirst.has(definition.id)) {
      this.#complete(event, hasher.hash(image), () => this.#judge(event));
    } else {
      const judged = this.#judge(event);
      if (judged !== undefined) this.#complete(judged, hasher.hash(image), () => judged);
    }
  }

  /** Event 23 is what was archived, where that is asked for; else it is 26. */
  #archived(event: Event): void {
    const { policy } = this;
    const { removal } = event;
    if (policy.archive === undefined || removal === undefined || !isArchivable(event)) {
      this.#queue.push(event);
      return;
    }
    const copying = policy.archive.archive?.archive(removal);
    if (copying === undefined) {
      const detected = this.#detected(event, policy);
      if (detected !== undefined) this.#queue.push(detected);
      return;
    }
    this.#hold(
      event,
      copying.catch(() => undefined).then((copy) =>
        copy === undefined ? this.#detected(event, policy) : withCopy(event, copy)
      ),
    );
  }

  /** What the rules make of a deletion that could not be archived. */
  #detected(event: Event, { archive, rules }: Policy): Event | undefined {
    const other = alternative(event)!;
    const name = archive!.asksDetected ? rules.evaluate(other) : event.values[RULE_NAME];
    if (name === undefined) {
      this.#filtered[event.definition.id]++;
      return undefined;
    }
    this.#seen[event.definition.id]--;
    this.#seen[other.definition.id]++;
    other.values[RULE_NAME] = name;
    return other;
  }

  /** Keeps an event's place until it is known what is written. */
  #hold(event: Event, result: Promise<Event | undefined>): void {
    const held = new Held(event);
    this.#queue.push(held);
    this.#held++;
    result.then((outcome) => {
      held.event = outcome;
      held.done = true;
      this.#held--;
      this.#flush();
    });
  }

  /** Adds the hashes, now or when they come; `then` says what is written, if anything. */
  #complete(
    event: Event,
    hashes: ImageAnswer | Promise<ImageAnswer>,
    then: () => Event | undefined,
  ): void {
    if (!(hashes instanceof Promise)) {
      const result = this.#withHashes(event, hashes, then);
      if (result !== undefined) this.#queue.push(result);
      return;
    }
    this.#hold(
      event,
      hashes.catch(() => MISSING).then((text) => this.#withHashes(event, text, then)),
    );
  }

  #withHashes(
    event: Event,
    hashes: ImageAnswer,
    then: () => Event | undefined,
  ): Event | undefined {
    if (hashes instanceof NoProgram) {
      this.#discard(event, hashes);
      return undefined;
    }
    if (typeof hashes !== "string") {
      fillImageFacts(event, hashes);
      return then();
    }
    const { fieldIndex } = event.definition;
    const end = hashes.indexOf("\n");
    event.values[fieldIndex.get("Hashes")!] = (end < 0 ? hashes : hashes.slice(0, end)) || MISSING;
    if (end >= 0) event.values[fieldIndex.get("Signature")!] = hashes.slice(end + 1);
    return then();
  }

  /** What is no program is no event. */
  #discard({ definition }: Event, { reason }: NoProgram): void {
    this.#seen[definition.id]--;
    this.#candidates.discard(reason);
  }

  /** The event to write, or undefined when the rules drop it. */
  #judge(event: Event): Event | undefined {
    const { rules, applyFieldSizes } = this.#policy;
    let name = rules.evaluate(event);
    // It was denied, even if the rules have changed since.
    if (name === undefined && DENIALS.has(event.definition.id)) name = MISSING;
    let judged = event;
    if (name === undefined) {
      const other = alternative(event);
      if (other !== undefined) name = rules.evaluate(other);
      if (other === undefined || name === undefined) {
        this.#filtered[event.definition.id]++;
        return undefined;
      }
      judged = other;
      this.#seen[event.definition.id]--;
      this.#seen[other.definition.id]++;
    }
    judged.values[RULE_NAME] = name!;
    applyFieldSizes?.(judged);
    return judged;
  }

  /** Writes what is in front of the first event that still waits. */
  #flush(): void {
    const queue = this.#queue;
    const ready = this.#ready;
    let taken = 0;
    for (; taken < queue.length; taken++) {
      const next = queue[taken];
      if (next instanceof Held) {
        if (!next.done) break;
        if (next.event !== undefined) ready.push(next.event);
      } else {
        ready.push(next);
      }
    }
    this.#left += taken;
    if (taken === queue.length) queue.length = 0;
    else if (taken > 0) this.#queue = queue.slice(taken);
    for (let i = 0; i < ready.length; i++) {
      ready[i].recordId = this.#recordIds.next();
      this.#written[ready[i].definition.id]++;
    }
    if (ready.length > 0) this.#sinks.write(ready, ready.length);
    ready.length = 0;
    if (this.#held === 0) {
      for (const resolve of this.#whenSettled.splice(0)) resolve();
    }
  }
}
