/** Searches a text for many patterns at once, in one pass (Aho and Corasick, 1975). */

/** A folded text to look for, anywhere or only at an end of the searched text. */
export interface Pattern {
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Longest part of a pattern that is searched; what matches is verified by the caller. */
const LONGEST = 16;
/** States of one scanner: they must fit 16 bits, and a table of them the processor's caches. */
const MAX_STATES = 16_384;
const UNITS = 256;

const OTHER = 0;
const START = 1;
const END = 2;

/** Collects patterns and makes a scanner of them. */
export class ScannerBuilder {
  readonly #children: Map<number, number>[] = [new Map()];
  readonly #outputs: number[][] = [[]];
  readonly #classes = new Uint8Array(UNITS);
  #classCount = 3;
  #patterns = 0;

  /** How many patterns were taken. */
  get patterns(): number {
    return this.#patterns;
  }

  /**
   * Adds a pattern that is reported as `id`. False when it cannot be searched: when it is empty, has
   * characters beyond Latin-1, or does not fit any more.
   */
  add(pattern: Pattern, id: number): boolean {
    const symbols = this.#symbols(pattern);
    if (symbols === undefined || this.#children.length + symbols.length > MAX_STATES) return false;
    let state = 0;
    for (const symbol of symbols) {
      let next = this.#children[state].get(symbol);
      if (next === undefined) {
        next = this.#children.length;
        this.#children.push(new Map());
        this.#outputs.push([]);
        this.#children[state].set(symbol, next);
      }
      state = next;
    }
    this.#outputs[state].push(id);
    this.#patterns++;
    return true;
  }

  #symbols({ text, atStart, atEnd }: Pattern): number[] | undefined {
    if (text === "") return undefined;
    const window = text.slice(-LONGEST);
    const symbols = atStart && window.length === text.length ? [START] : [];
    for (let i = 0; i < window.length; i++) {
      const unit = window.charCodeAt(i);
      if (unit >= UNITS) return undefined;
      symbols.push(this.#classOf(unit));
    }
    if (atEnd) symbols.push(END);
    return symbols;
  }

  #classOf(unit: number): number {
    if (this.#classes[unit] === OTHER) {
      this.#classes[unit] = this.#classCount++;
      if (unit >= 0x61 && unit <= 0x7a) this.#classes[unit - 0x20] = this.#classes[unit];
    }
    return this.#classes[unit];
  }

  /** The scanner of all patterns added so far. */
  build(): Scanner {
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
    return makeScanner(next, shift, this.#classes, reports);
  }
}

/** A compiled set of patterns. */
export interface Scanner {
  /**
   * Sets `found[id]` to `mark` for every pattern in `text`, whose letters may be in any case. Tells
   * whether there was any. Marks must grow from scan to scan; a smaller one starts anew.
   */
  scan(text: string, found: Uint32Array, mark: number): boolean;
}

/** What ends in a state: the patterns, and the state of the next shorter one, 0 for none. */
interface Report {
  readonly ids: Uint32Array;
  readonly shorter: number;
}

/** Numbers the states anew: those that report something come last, so one comparison finds them. */
function makeScanner(
  next: Uint16Array,
  shift: number,
  classes: Uint8Array,
  reports: readonly Report[],
): Scanner {
  const isSilent = ({ ids, shorter }: Report) => ids.length === 0 && shorter === 0;
  const states = reports.map((_, state) => state);
  const order = [
    ...states.filter((state) => isSilent(reports[state])),
    ...states.filter((state) => !isSilent(reports[state])),
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
  return new TableScanner(table, shift, classes, renumbered[next[START]], firstReporting, ordered);
}

class TableScanner implements Scanner {
  /** Per state: the mark of the scan that last reported it. */
  readonly reported: Uint32Array;
  lastMark = 0;

  constructor(
    readonly table: Uint16Array,
    readonly shift: number,
    readonly classes: Uint8Array,
    readonly initial: number,
    readonly firstReporting: number,
    readonly reports: readonly Report[],
  ) {
    this.reported = new Uint32Array(reports.length);
  }

  scan(text: string, found: Uint32Array, mark: number): boolean {
    const { table, shift, classes, firstReporting } = this;
    if (mark <= this.lastMark) this.reported.fill(0);
    this.lastMark = mark;
    let state = this.initial;
    let any = false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      state = table[(state << shift) | (unit < UNITS ? classes[unit] : OTHER)];
      if (state >= firstReporting) {
        this.#report(state, found, mark);
        any = true;
      }
    }
    state = table[(state << shift) | END];
    if (state >= firstReporting) {
      this.#report(state, found, mark);
      any = true;
    }
    return any;
  }

  #report(state: number, found: Uint32Array, mark: number): void {
    const { reports, reported, firstReporting } = this;
    while (state >= firstReporting && reported[state] !== mark) {
      reported[state] = mark;
      const { ids, shorter } = reports[state];
      for (let i = 0; i < ids.length; i++) found[ids[i]] = mark;
      state = shorter;
    }
  }
}
