/**
 * Which text belongs to which file: a bounded cache keyed by device, inode, size, mtime and ctime.
 *
 * A lookup allocates nothing: it is made for every process creation. Entries whose answer is still
 * pending are findable and never evicted; the caller bounds their number.
 */
import type { Reason } from "./reasons.ts";
import type { FileIdentity } from "./request.ts";

/** One file. `Pending` is what the caller keeps for an answer that is not there yet. */
export class CacheEntry<Pending> {
  /** The answer; undefined while `pending` is set. */
  text: string | undefined = undefined;
  /** Why `text` is `-`, where it is no answer about the content. */
  reason: Reason | undefined = undefined;
  /** When the answer is no longer to be used, in milliseconds of the caller's clock. */
  expires = Infinity;
  pending: Pending | undefined = undefined;

  readonly slot: number;
  readonly device: number;
  readonly inodeLow: number;
  readonly inodeHigh: number;
  readonly sizeLow: number;
  readonly sizeHigh: number;
  readonly mtimeLow: number;
  readonly mtimeHigh: number;
  readonly ctimeLow: number;
  readonly ctimeHigh: number;

  /** Next entry of the same slot. */
  next: CacheEntry<Pending> | undefined = undefined;
  /** Neighbours in order of use. */
  newer: CacheEntry<Pending> | undefined = undefined;
  older: CacheEntry<Pending> | undefined = undefined;

  constructor(file: FileIdentity) {
    this.slot = slotOf(file);
    this.device = file.device | 0;
    this.inodeLow = file.inodeLow | 0;
    this.inodeHigh = file.inodeHigh | 0;
    this.sizeLow = file.sizeLow | 0;
    this.sizeHigh = file.sizeHigh | 0;
    this.mtimeLow = file.mtimeLow | 0;
    this.mtimeHigh = file.mtimeHigh | 0;
    this.ctimeLow = file.ctimeLow | 0;
    this.ctimeHigh = file.ctimeHigh | 0;
  }

  is(file: FileIdentity): boolean {
    return this.inodeLow === (file.inodeLow | 0) &&
      this.ctimeLow === (file.ctimeLow | 0) &&
      this.device === (file.device | 0) &&
      this.mtimeLow === (file.mtimeLow | 0) &&
      this.sizeLow === (file.sizeLow | 0) &&
      this.ctimeHigh === (file.ctimeHigh | 0) &&
      this.mtimeHigh === (file.mtimeHigh | 0) &&
      this.inodeHigh === (file.inodeHigh | 0) &&
      this.sizeHigh === (file.sizeHigh | 0);
  }
}

/** The change time spreads the versions of one inode, which a user can make many of. */
function slotOf(file: FileIdentity): number {
  return file.inodeLow ^ file.ctimeLow ^ file.device;
}

/** Least recently used answers go first. */
export class HashCache<Pending> {
  readonly #slots = new Map<number, CacheEntry<Pending>>();
  readonly #limit: number;
  #settled = 0;
  #newest: CacheEntry<Pending> | undefined;
  #oldest: CacheEntry<Pending> | undefined;

  /** @param limit how many answers are kept, at least 1 */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#settled;
  }

  find(file: FileIdentity): CacheEntry<Pending> | undefined {
    let entry = this.#slots.get(slotOf(file));
    while (entry !== undefined && !entry.is(file)) entry = entry.next;
    return entry;
  }

  /** Adds a pending entry for a file that has none. */
  add(file: FileIdentity, pending: Pending): CacheEntry<Pending> {
    const entry = new CacheEntry<Pending>(file);
    entry.pending = pending;
    entry.next = this.#slots.get(entry.slot);
    this.#slots.set(entry.slot, entry);
    return entry;
  }

  /** Gives a pending entry its answer. */
  settle(entry: CacheEntry<Pending>, text: string, reason?: Reason, expires = Infinity): void {
    entry.text = text;
    entry.reason = reason;
    entry.expires = expires;
    entry.pending = undefined;
    this.#link(entry);
    this.#settled++;
    if (this.#settled > this.#limit) this.remove(this.#oldest!);
  }

  /** Marks an answer as just used. */
  use(entry: CacheEntry<Pending>): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  remove(entry: CacheEntry<Pending>): void {
    if (entry.pending === undefined) {
      this.#unlink(entry);
      this.#settled--;
    }
    const first = this.#slots.get(entry.slot);
    if (first === entry) {
      if (entry.next === undefined) this.#slots.delete(entry.slot);
      else this.#slots.set(entry.slot, entry.next);
      return;
    }
    let before = first;
    while (before !== undefined && before.next !== entry) before = before.next;
    if (before !== undefined) before.next = entry.next;
  }

  #link(entry: CacheEntry<Pending>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: CacheEntry<Pending>): void {
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
  }
}
