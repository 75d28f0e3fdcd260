/**
 * Which of many texts a field begins with, ends with, or is: by the hashes of its beginnings and
 * ends, so that the number of texts hardly matters. What is found must be verified by the caller, as
 * different texts can have one hash.
 */
import type { Wakes } from "./wakes.ts";

/** Of longer texts this much is looked for. */
const LONGEST = 255;
/** After so many units a field is given up when no text has the same. */
const CHECKPOINTS = [3, 6, 9, 13, 19, 28, 42, 64, 128] as const;
const FACTOR = 0x01000193;

/** A folded text that is looked for at an end of a field, or at both. */
export interface AnchoredPattern {
  readonly text: string;
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Texts with the ids that they wake. */
export class AnchoredTexts {
  readonly #beginnings = new HashedTexts();
  readonly #endings = new HashedTexts();
  /** Also compared from the end: paths on one system begin alike more often than they end alike. */
  readonly #whole = new HashedTexts();

  /** Adds a text that is not empty. */
  add({ text, atStart, atEnd }: AnchoredPattern, id: number): void {
    if (!atEnd || text.length > LONGEST) {
      if (atStart) this.#beginnings.add(hashesForwards(text), id);
      else this.#endings.add(hashesBackwards(text), id);
    } else if (atStart) {
      this.#whole.add(hashesBackwards(text), id);
      this.#endings.addWayTo(hashesBackwards(text));
    } else {
      this.#endings.add(hashesBackwards(text), id);
    }
  }

  /** Wakes the ids of every text at its end of `field`, whose letters may be in any case. */
  find(field: string, wakes: Wakes): void {
    if (this.#beginnings.longest > 0) this.#findBeginnings(field, wakes);
    if (this.#endings.longest > 0) this.#findEndings(field, wakes);
  }

  #findBeginnings(field: string, wakes: Wakes): void {
    const beginnings = this.#beginnings;
    const { steps } = beginnings;
    const count = Math.min(field.length, beginnings.longest);
    let hash = 0;
    for (let i = 0; i < count; i++) {
      hash = Math.imul(hash, FACTOR) + foldUnit(field.charCodeAt(i)) | 0;
      const step = steps[i + 1];
      if (step !== NOTHING && !beginnings.wake(hash, wakes) && step === CHECKPOINT) return;
    }
  }

  #findEndings(field: string, wakes: Wakes): void {
    const endings = this.#endings;
    const { steps } = endings;
    const { length } = field;
    const count = Math.min(length, endings.longest);
    let hash = 0;
    for (let i = 0; i < count; i++) {
      hash = Math.imul(hash, FACTOR) + foldUnit(field.charCodeAt(length - 1 - i)) | 0;
      const step = steps[i + 1];
      if (step !== NOTHING && !endings.wake(hash, wakes) && step === CHECKPOINT) return;
    }
    if (count === length && this.#whole.steps[length] !== NOTHING) this.#whole.wake(hash, wakes);
  }
}

/** What there is to do when so many units were hashed. */
const NOTHING = 0;
const LOOK_UP = 1;
/** Look up, and give up when there is nothing. */
const CHECKPOINT = 2;

/** Ids by the hash of a text, in a table that grows with them. */
class HashedTexts {
  longest = 0;
  readonly steps = new Uint8Array(LONGEST + 1);
  /** Ids of one hash; position 0 stands for none. */
  readonly #ids: number[][] = [[]];
  #hashes = new Int32Array(16);
  #positions = new Int32Array(16);

  /** `hashes[i]` is that of the first `i + 1` units, seen from the end where the field is anchored. */
  add(hashes: readonly number[], id: number): void {
    this.addWayTo(hashes);
    this.steps[hashes.length] ||= LOOK_UP;
    this.#idsOf(hashes.at(-1)!).push(id);
  }

  /** Makes that a field with this text is not given up before the text's end. */
  addWayTo(hashes: readonly number[]): void {
    this.longest = Math.max(this.longest, hashes.length);
    for (const length of CHECKPOINTS) {
      if (length > hashes.length) break;
      this.steps[length] = CHECKPOINT;
      this.#idsOf(hashes[length - 1]);
    }
  }

  /** Whether there is such a hash at all. */
  wake(hash: number, wakes: Wakes): boolean {
    const position = this.#positions[this.#slotOf(hash)];
    if (position === 0) return false;
    const ids = this.#ids[position];
    for (let i = 0; i < ids.length; i++) wakes.add(ids[i]);
    return true;
  }

  #idsOf(hash: number): number[] {
    const slot = this.#slotOf(hash);
    if (this.#positions[slot] !== 0) return this.#ids[this.#positions[slot]];
    const ids: number[] = [];
    this.#hashes[slot] = hash;
    this.#positions[slot] = this.#ids.length;
    this.#ids.push(ids);
    if (this.#ids.length * 2 > this.#hashes.length) this.#grow();
    return ids;
  }

  /** Where the hash is, or the free slot that it would get. */
  #slotOf(hash: number): number {
    const mask = this.#hashes.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#positions[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const positions = this.#positions;
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#positions = new Int32Array(hashes.length * 2);
    for (let i = 0; i < hashes.length; i++) {
      if (positions[i] === 0) continue;
      const slot = this.#slotOf(hashes[i]);
      this.#hashes[slot] = hashes[i];
      this.#positions[slot] = positions[i];
    }
  }
}

function hashesForwards(text: string): number[] {
  const hashes: number[] = [];
  let hash = 0;
  for (let i = 0; i < Math.min(text.length, LONGEST); i++) {
    hash = Math.imul(hash, FACTOR) + text.charCodeAt(i) | 0;
    hashes.push(hash);
  }
  return hashes;
}

function hashesBackwards(text: string): number[] {
  const hashes: number[] = [];
  let hash = 0;
  for (let i = text.length - 1; i >= Math.max(0, text.length - LONGEST); i--) {
    hash = Math.imul(hash, FACTOR) + text.charCodeAt(i) | 0;
    hashes.push(hash);
  }
  return hashes;
}

function foldUnit(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
}
