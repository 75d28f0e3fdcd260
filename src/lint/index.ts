/** Finds the alternatives that may cover another one without comparing each with each. */
import { lastPart } from "../rules/text.ts";
import type { Alternative, Clause, Prepared } from "./alternatives.ts";
import type { Budget } from "./budget.ts";
import { isAlwaysTrue, type Predicate } from "./predicate.ts";

/** Alternatives by what the conditions of their shortest clause look for. */
export class AlternativeIndex {
  readonly #bySubject = new Map<string, SubjectIndex>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  add(alternative: Alternative): void {
    for (const { subject, statement } of shortest(alternative.clauses)) {
      let index = this.#bySubject.get(subject);
      if (index === undefined) this.#bySubject.set(subject, index = new SubjectIndex(this.#budget));
      for (const predicate of statement) index.add(predicate, alternative);
    }
  }

  /** A superset of the alternatives that can be shown to cover this one; itself may be among them. */
  candidates(alternative: Alternative): Set<Alternative> {
    const found = new Set<Alternative>();
    // Every condition of a clause must imply the wider one: looking for the first finds them all.
    for (const [first] of alternative.clauses) this.#look(first, found);
    return found;
  }

  #look({ subject, statement }: Prepared, found: Set<Alternative>): void {
    const index = this.#bySubject.get(subject);
    if (index === undefined) return;
    for (const predicate of statement) index.find(predicate, found);
  }
}

function shortest(clauses: readonly Clause[]): Clause {
  return clauses.reduce((a, b) => b.length < a.length ? b : a);
}

/** A text and the alternative that looks for it. */
interface Entry {
  readonly text: string;
  readonly alternative: Alternative;
}

function addTo<Key>(map: Map<Key, Entry[]>, key: Key, entry: Entry): void {
  const same = map.get(key);
  if (same !== undefined) same.push(entry);
  else map.set(key, [entry]);
}

/** Texts by a hash of them, so that all beginnings (or ends) of a text are found in one pass. */
class EdgeMap {
  readonly #byHash = new Map<number, Entry[]>();
  readonly #lengths = new Set<number>();
  readonly #fromEnd: boolean;
  readonly #budget: Budget;

  constructor(fromEnd: boolean, budget: Budget) {
    this.#fromEnd = fromEnd;
    this.#budget = budget;
  }

  add(text: string, alternative: Alternative): void {
    let hash = 0;
    for (let i = 0; i < text.length; i++) hash = this.#next(hash, text, i);
    addTo(this.#byHash, hash, { text, alternative });
    this.#lengths.add(text.length);
  }

  find(text: string, found: Set<Alternative>): void {
    if (this.#byHash.size === 0) return;
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = this.#next(hash, text, i);
      if (!this.#lengths.has(i + 1)) continue;
      const entries = this.#byHash.get(hash);
      if (entries === undefined) continue;
      if (!this.#budget.spend(entries.length)) return;
      for (const entry of entries) {
        const fits = this.#fromEnd ? text.endsWith(entry.text) : text.startsWith(entry.text);
        if (fits) found.add(entry.alternative);
      }
    }
  }

  #next(hash: number, text: string, i: number): number {
    return (Math.imul(hash, 31) + text.charCodeAt(this.#fromEnd ? text.length - 1 - i : i)) | 0;
  }
}

/** Pieces are looked up by their first three units; shorter ones are compared one by one. */
const HEAD = 3;

/** So many bits tell quickly that no piece begins like this. */
const HEADS = 1 << 12;

function headAt(text: string, at: number): number {
  return (text.charCodeAt(at) << 10) ^ (text.charCodeAt(at + 1) << 5) ^ text.charCodeAt(at + 2);
}

class SubjectIndex {
  readonly #whole = new Map<string, Entry[]>();
  readonly #beginnings: EdgeMap;
  readonly #endings: EdgeMap;
  readonly #lastParts = new Map<string, Entry[]>();
  readonly #pieces = new Map<number, Entry[]>();
  readonly #heads = new Uint8Array(HEADS);
  readonly #shortPieces: Entry[] = [];
  readonly #others: Alternative[] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#beginnings = new EdgeMap(false, budget);
    this.#endings = new EdgeMap(true, budget);
  }

  add(predicate: Predicate, alternative: Alternative): void {
    const { shape, texts, negated } = predicate;
    if (negated || isAlwaysTrue(predicate)) {
      this.#others.push(alternative);
      return;
    }
    switch (shape) {
      case "one of":
        for (const text of texts) addTo(this.#whole, text, { text, alternative });
        break;
      case "begins":
        this.#beginnings.add(texts[0], alternative);
        break;
      case "ends":
        this.#endings.add(texts[0], alternative);
        break;
      case "last part":
        addTo(this.#lastParts, texts[0], { text: texts[0], alternative });
        break;
      case "contains any":
        for (const text of texts) this.#addPiece({ text, alternative });
        break;
      case "contains all":
        // All of them must be there, so one of them finds it.
        this.#addPiece({
          text: texts.reduce((a, b) => b.length > a.length ? b : a),
          alternative,
        });
        break;
      default:
        this.#others.push(alternative);
    }
  }

  #addPiece(entry: Entry): void {
    if (entry.text.length < HEAD) {
      this.#shortPieces.push(entry);
      return;
    }
    const head = headAt(entry.text, 0);
    this.#heads[head % HEADS] = 1;
    addTo(this.#pieces, head, entry);
  }

  find({ shape, texts, negated }: Predicate, found: Set<Alternative>): void {
    if (!this.#budget.spend(this.#others.length)) return;
    for (const alternative of this.#others) found.add(alternative);
    if (negated || texts.length === 0) return;
    const [text] = texts;
    switch (shape) {
      case "one of":
        this.#findIn(this.#whole, text, found);
        this.#beginnings.find(text, found);
        this.#findEndings(text, found);
        this.#findPieces(text, found);
        break;
      case "begins":
        this.#beginnings.find(text, found);
        this.#findPieces(text, found);
        break;
      case "ends":
      case "last part":
        this.#findEndings(text, found);
        this.#findPieces(text, found);
        break;
      case "contains any":
        this.#findPieces(text, found);
        break;
      case "contains all":
        for (const item of texts) this.#findPieces(item, found);
    }
  }

  #findIn(map: ReadonlyMap<string, Entry[]>, text: string, found: Set<Alternative>): void {
    const entries = map.get(text) ?? [];
    if (!this.#budget.spend(entries.length)) return;
    for (const { alternative } of entries) found.add(alternative);
  }

  #findEndings(text: string, found: Set<Alternative>): void {
    this.#endings.find(text, found);
    if (this.#lastParts.size === 0) return;
    this.#findIn(this.#lastParts, lastPart(text, "/"), found);
    this.#findIn(this.#lastParts, lastPart(text, "\\"), found);
  }

  #findPieces(text: string, found: Set<Alternative>): void {
    if (!this.#budget.spend(this.#shortPieces.length)) return;
    for (const { text: piece, alternative } of this.#shortPieces) {
      if (text.includes(piece)) found.add(alternative);
    }
    if (this.#pieces.size === 0) return;
    for (let at = 0; at + HEAD <= text.length; at++) {
      const head = headAt(text, at);
      if (this.#heads[head % HEADS] === 0) continue;
      const entries = this.#pieces.get(head);
      if (entries === undefined) continue;
      if (!this.#budget.spend(entries.length)) return;
      for (const { text: piece, alternative } of entries) {
        if (text.startsWith(piece, at)) found.add(alternative);
      }
    }
  }
}
