/** Searches a text for many patterns at once, in one pass (Aho and Corasick, 1975). */
import type { Wakes } from "./wakes.ts";

/**
 * Of a longer pattern its last part is searched; what is found is verified by the caller. Shorter
 * parts are tried when the patterns need more states than there may be.
 */
const LONGEST = [16, 12, 8, 6, 5, 4, 3, 2] as const;
/** States of one scanner: they must fit 16 bits, and a table of them the processor's caches. */
const MAX_STATES = 16_384;
const UNITS = 256;

/** The class of every unit that is in no pattern. */
const OTHER = 0;

/** Whether a folded text can be searched: not empty, nothing beyond Latin-1. */
export function isSearchable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= UNITS) return false;
  }
  return text !== "";
}

/** Collects patterns and makes a scanner of them. */
export class ScannerBuilder {
  readonly #ids = new Map<string, number[]>();

  /** Adds a pattern that {@linkcode isSearchable}; it wakes `id`. */
  add(text: string, id: number): void {
    const ids = this.#ids.get(text);
    if (ids === undefined) this.#ids.set(text, [id]);
    else ids.push(id);
  }

  /** The scanner of all patterns added so far. */
  build(): Scanner {
    for (const longest of LONGEST) {
      const trie = Trie.of(this.#ids, longest);
      if (trie !== undefined) return trie.scanner();
    }
    // Two units have no more than 65,536 different values, but far more than states.
    return Trie.of(this.#ids, 1)!.scanner();
  }
}

/** The patterns' last parts, merged where they begin alike. */
class Trie {
  readonly #children: Map<number, number>[] = [new Map()];
  readonly #outputs: number[][] = [[]];
  readonly #classes = new Uint8Array(UNITS);
  #classCount = 1;

  /** Undefined when there would be too many states. */
  static of(patterns: ReadonlyMap<string, readonly number[]>, longest: number): Trie | undefined {
    const trie = new Trie();
    for (const [text, ids] of patterns) {
      trie.#add(text.slice(-longest), ids);
      if (trie.#children.length > MAX_STATES) return undefined;
    }
    return trie;
  }

  #add(text: string, ids: readonly number[]): void {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const symbol = this.#classOf(text.charCodeAt(i));
      let next = this.#children[state].get(symbol);
      if (next === undefined) {
        next = this.#children.length;
        this.#children.push(new Map());
        this.#outputs.push([]);
        this.#children[state].set(symbol, next);
      }
      state = next;
    }
    for (const id of ids) this.#outputs[state].push(id);
  }

  #classOf(unit: number): number {
    if (this.#classes[unit] === OTHER) {
      this.#classes[unit] = this.#classCount++;
      if (unit >= 0x61 && unit <= 0x7a) this.#classes[unit - 0x20] = this.#classes[unit];
    }
    return this.#classes[unit];
  }

  scanner(): Scanner {
    const count = this.#children.length;
    const shift = Math.ceil(Math.log2(this.#classCount));
    const next = new Uint16Array(count << shift);
    const fallback = new Uint16Array(count);
    // The nearest shorter pattern that ends where a state's text ends; 0 is no pattern's end.
    const shorter = new Uint16Array(count);
    const queue = [0];
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head];
      if (state !== 0) {
        const back = fallback[state];
        shorter[state] = this.#outputs[back].length > 0 ? back : shorter[back];
        next.copyWithin(state << shift, back << shift, (back << shift) + this.#classCount);
      }
      for (const [symbol, child] of this.#children[state]) {
        // Until it is overwritten, the slot holds where the fallback state goes.
        fallback[child] = state === 0 ? 0 : next[(state << shift) | symbol];
        next[(state << shift) | symbol] = child;
        queue.push(child);
      }
    }
    const reports = this.#outputs.map((ids, state) => ({
      ids: Uint32Array.from(ids),
      shorter: shorter[state],
    }));
    return makeScanner(next, shift, this.#classes, reports, queue);
  }
}

/** A compiled set of patterns. */
export interface Scanner {
  /** Wakes the ids of every pattern in `text`, whose letters may be in any case. */
  scan(text: string, wakes: Wakes): void;
}

/** What ends in a state: the patterns, and the state of the next shorter one, 0 for none. */
interface Report {
  readonly ids: Uint32Array;
  readonly shorter: number;
}

/**
 * Numbers the states anew: those that report something come last, so one comparison finds them; of
 * the others those near the start come first, so that what most texts visit lies close together.
 */
function makeScanner(
  next: Uint16Array,
  shift: number,
  classes: Uint8Array,
  reports: readonly Report[],
  nearestFirst: readonly number[],
): Scanner {
  const isSilent = ({ ids, shorter }: Report) => ids.length === 0 && shorter === 0;
  const order = [
    ...nearestFirst.filter((state) => isSilent(reports[state])),
    ...nearestFirst.filter((state) => !isSilent(reports[state])),
  ];
  const renumbered = new Uint16Array(order.length);
  order.forEach((state, number) => renumbered[state] = number);
  const table = new Uint16Array(next.length);
  const width = 1 << shift;
  order.forEach((state, number) => {
    for (let i = 0; i < width; i++) {
      table[(number << shift) | i] = renumbered[next[(state << shift) | i]];
    }
  });
  const firstReporting = reports.filter(isSilent).length;
  const ordered = order.map((state) => ({
    ids: reports[state].ids,
    shorter: renumbered[reports[state].shorter],
  }));
  return new TableScanner(table, shift, classes, firstReporting, ordered);
}

class TableScanner implements Scanner {
  /** Per state: the scan that last reported it. */
  readonly #reported: Uint32Array;
  #scan = 0;

  constructor(
    readonly table: Uint16Array,
    readonly shift: number,
    readonly classes: Uint8Array,
    readonly firstReporting: number,
    readonly reports: readonly Report[],
  ) {
    this.#reported = new Uint32Array(reports.length);
  }

  scan(text: string, wakes: Wakes): void {
    const { table, shift, classes, firstReporting } = this;
    this.#scan = (this.#scan + 1) >>> 0;
    if (this.#scan === 0) {
      this.#reported.fill(0);
      this.#scan = 1;
    }
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      state = table[(state << shift) | (unit < UNITS ? classes[unit] : OTHER)];
      if (state >= firstReporting) this.#report(state, wakes);
    }
  }

  #report(state: number, wakes: Wakes): void {
    const { reports, firstReporting } = this;
    while (state >= firstReporting && this.#reported[state] !== this.#scan) {
      this.#reported[state] = this.#scan;
      const { ids, shorter } = reports[state];
      for (let i = 0; i < ids.length; i++) wakes.add(ids[i]);
      state = shorter;
    }
  }
}
