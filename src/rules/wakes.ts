/** Which wake ids an event has woken. */

/** Up to this many are sorted in place; sorting by the engine costs more than it saves. */
const FEW = 24;

/** Ids from 0 on, collected for one event at a time. */
export class Wakes {
  /** Per id: the event that woke it last. */
  readonly #woken: Uint32Array;
  readonly #ids: Uint32Array;
  #event = 0;
  #count = 0;

  /** For ids below `limit`. */
  constructor(limit: number) {
    this.#woken = new Uint32Array(limit);
    this.#ids = new Uint32Array(limit);
  }

  /** Begins with the next event: nothing is woken. */
  clear(): void {
    this.#count = 0;
    this.#event = (this.#event + 1) >>> 0;
    if (this.#event === 0) {
      this.#woken.fill(0);
      this.#event = 1;
    }
  }

  /** Wakes an id; again is the same as once. */
  add(id: number): void {
    if (this.#woken[id] === this.#event) return;
    this.#woken[id] = this.#event;
    this.#ids[this.#count++] = id;
  }

  /** Whether the id was woken. */
  has(id: number): boolean {
    return this.#woken[id] === this.#event;
  }

  /** How many ids were woken. */
  get count(): number {
    return this.#count;
  }

  /** Brings the woken ids in ascending order. */
  sort(): void {
    const ids = this.#ids;
    const count = this.#count;
    if (count > FEW) {
      ids.subarray(0, count).sort();
      return;
    }
    for (let i = 1; i < count; i++) {
      const id = ids[i];
      let at = i;
      for (; at > 0 && ids[at - 1] > id; at--) ids[at] = ids[at - 1];
      ids[at] = id;
    }
  }

  /** The id at a position, after {@linkcode sort}; meaningless from `count` on. */
  at(position: number): number {
    return this.#ids[position];
  }
}
