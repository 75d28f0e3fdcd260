/** What two configurations make of recorded events. */
import type { Config } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import { compileRules, type RuleOptions, type RuleSet } from "../rules/mod.ts";
import type { LoggedEvent } from "../sources/logs/mod.ts";

/** How an event fares otherwise than before. */
export type VerdictKind = "logged" | "dropped" | "renamed";

/** An event that the two configurations treat otherwise. */
export interface Sample {
  readonly event: Event;
  readonly file: string;
  readonly place: LoggedEvent["place"];
}

/** Events with one change: the same event id, the same names. */
export interface VerdictGroup {
  readonly kind: VerdictKind;
  readonly eventId: number;
  /** The RuleName before; undefined when dropped. */
  readonly nameBefore: string | undefined;
  readonly nameAfter: string | undefined;
  readonly samples: readonly Sample[];
  readonly count: number;
}

/** What became of all events. */
export interface VerdictSummary {
  readonly events: number;
  readonly loggedBefore: number;
  readonly loggedAfter: number;
  /** Newly dropped, newly logged, renamed; in each the largest first. */
  readonly groups: readonly VerdictGroup[];
}

interface OpenGroup extends VerdictGroup {
  readonly samples: Sample[];
  count: number;
}

const KINDS: readonly VerdictKind[] = ["dropped", "logged", "renamed"];

/** Evaluates events under both configurations. */
export class VerdictComparison {
  readonly #before: RuleSet;
  readonly #after: RuleSet;
  readonly #limit: number;
  readonly #groups = new Map<string, OpenGroup>();
  #events = 0;
  #loggedBefore = 0;
  #loggedAfter = 0;

  /** `limit`: how many samples of each group are kept. */
  constructor(before: Config, after: Config, limit: number, options: RuleOptions = {}) {
    this.#before = compileRules(before, options);
    this.#after = compileRules(after, options);
    this.#limit = limit;
  }

  /** Evaluates one event. */
  add({ event, file, place }: LoggedEvent): void {
    const before = this.#before.evaluate(event);
    const after = this.#after.evaluate(event);
    this.#events++;
    if (before !== undefined) this.#loggedBefore++;
    if (after !== undefined) this.#loggedAfter++;
    if (before === after) return;
    const kind = before === undefined ? "logged" : after === undefined ? "dropped" : "renamed";
    const group = this.#group(kind, event.definition.id, before, after);
    group.count++;
    if (group.samples.length < this.#limit) group.samples.push({ event, file, place });
  }

  /** What differed so far. */
  summary(): VerdictSummary {
    const groups = [...this.#groups.values()].toSorted((a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.count - a.count || a.eventId - b.eventId
    );
    return {
      events: this.#events,
      loggedBefore: this.#loggedBefore,
      loggedAfter: this.#loggedAfter,
      groups,
    };
  }

  #group(
    kind: VerdictKind,
    eventId: number,
    nameBefore: string | undefined,
    nameAfter: string | undefined,
  ): OpenGroup {
    const key = JSON.stringify([eventId, nameBefore, nameAfter]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { kind, eventId, nameBefore, nameAfter, samples: [], count: 0 };
      this.#groups.set(key, group);
    }
    return group;
  }
}
