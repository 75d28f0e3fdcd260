/**
 * The backlog on disk: everything is appended to the spool first, and sent from memory while the
 * receiver keeps up.
 */
import type { Backlog, Unconfirmed } from "../backlog.ts";
import type { Chunk } from "../chunk.ts";
import type { LineQueue } from "../line_queue.ts";
import { type DropReason, reasonOf, type TargetCounters } from "../target.ts";
import { Waiters } from "../waiters.ts";
import type { Position } from "./directory.ts";
import type { Spool } from "./spool.ts";

/** What the backlog tells its target. */
export interface SpoolEvents {
  readonly counters: TargetCounters;
  drop(count: number, reason: DropReason): void;
  trouble(what: string): void;
  /** There is more to take. */
  readable(): void;
  /** The queue has become shorter. */
  settled(): void;
}

/** A chunk that was taken, or need not be read back, and where the spool stood before it. */
interface Entry {
  readonly chunk: Chunk;
  /** Undefined for one that the disk did not take. */
  readonly from: Position | undefined;
  /** Number of the line behind which it comes. */
  readonly line: number;
}

interface Sent {
  readonly from: Position;
  readonly bytes: number;
  readonly at: number;
}

/** Chunks that are sent from memory though they are on disk. */
const MOST_IN_MEMORY = 4;
/** Smaller ones that have to wait are read back together, so that they share a request. */
const SMALL_BYTES = 64 * 1024;
const TICK_MILLISECONDS = 1_000;

/** Everything that the disk takes outlives the process. */
export class SpoolBacklog implements Backlog {
  readonly #queue: LineQueue;
  readonly #spool: Spool;
  readonly #events: SpoolEvents;
  readonly #unconfirmed: Unconfirmed | undefined;
  readonly #idle = new Waiters();
  readonly #retry = new Waiters();
  #ready: Entry[] = [];
  #current: Entry | undefined;
  #sent: Sent[] = [];
  #sentBytes = 0;
  #countedFull = 0;
  #isPulling = false;
  /** Where the chunk comes from that is read, until it is the current one: the spool may have passed it. */
  #taking: Position | undefined;
  #isClosed = false;
  #unstored: Chunk | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;
  /** The number of the newest line at the last tick. */
  #newestAtTick = 0;

  constructor(
    queue: LineQueue,
    spool: Spool,
    events: SpoolEvents,
    unconfirmed: Unconfirmed | undefined,
  ) {
    this.#queue = queue;
    this.#spool = spool;
    this.#events = events;
    this.#unconfirmed = unconfirmed;
    events.counters.spooled = spool.lines;
  }

  pull(): void {
    if (!this.#isPulling && !this.#isClosed) this.#pull();
  }

  async take(): Promise<Chunk | undefined> {
    const isNext = this.#ready.length > 0 && this.#ready[0].line <= this.#spool.cursor.line;
    this.#current = isNext ? this.#ready.shift() : undefined;
    if (this.#current !== undefined) return this.#current.chunk;
    const damaged = this.#spool.losses.damaged;
    const cursor = this.#spool.cursor;
    this.#taking = cursor;
    const chunk = await this.#spool.take();
    this.#taking = undefined;
    const lost = this.#spool.losses.damaged - damaged;
    if (lost > 0) {
      this.#events.counters.spooled -= lost;
      this.#events.drop(lost, "spoolDamaged");
      this.#events.trouble("the spool is damaged");
    }
    if (chunk !== undefined) this.#current = { chunk, from: cursor, line: cursor.line };
    return chunk;
  }

  consumed(_: Chunk, lines: number, bytes: number): void {
    const { counters } = this.#events;
    if (this.#current?.from === undefined) {
      counters.waiting -= lines;
      this.#queue.settle(bytes);
    } else {
      counters.spooled -= lines;
    }
  }

  handedOver(chunk: Chunk): void {
    const from = this.#current?.from;
    this.#current = undefined;
    if (from === undefined) {
      this.#retry.release();
    } else {
      this.#sent.push({ from, bytes: chunk.end, at: performance.now() });
      this.#sentBytes += chunk.end;
      this.#confirm();
    }
    this.#queue.recycle(chunk);
  }

  rewind(current: Chunk | undefined): number {
    this.#confirm();
    const { counters } = this.#events;
    this.#dropUnkept();
    const unstored = [...(this.#current === undefined ? [] : [this.#current]), ...this.#ready]
      .filter(({ from }) => from === undefined);
    const from = this.#sent[0]?.from ?? this.#current?.from ??
      this.#ready.find((entry) => entry.from !== undefined)?.from;
    let lines = 0;
    for (const { chunk } of unstored) {
      if (chunk !== current) continue;
      this.#queue.settle(-chunk.start);
      const again = chunk.rewind();
      counters.waiting += again;
      lines += again;
    }
    if (from !== undefined) {
      const inMemory = [this.#current, ...this.#ready].reduce(
        (sum, entry) => sum + (entry?.from === undefined ? 0 : entry.chunk.lines),
        0,
      );
      const before = this.#spool.lines + inMemory;
      for (const entry of [this.#current, ...this.#ready]) {
        if (entry?.from !== undefined) this.#queue.recycle(entry.chunk);
      }
      this.#spool.rewind(from);
      const again = this.#spool.lines - before;
      counters.spooled += again;
      lines += again;
    }
    this.#ready = unstored;
    this.#current = undefined;
    this.#sent = [];
    this.#sentBytes = 0;
    return lines;
  }

  stored(): Promise<void> | undefined {
    return this.#isPulling ? this.#idle.wait(Infinity) : undefined;
  }

  close(current: Chunk | undefined): number {
    this.#isClosed = true;
    clearTimeout(this.#tick);
    const { counters } = this.#events;
    this.#countFull();
    this.#confirm();
    this.#dropUnkept();
    let lost = this.#unstored?.lines ?? 0;
    for (const entry of this.#ready) if (entry.from === undefined) lost += entry.chunk.lines;
    const isStored = this.#current === undefined || this.#current.from !== undefined;
    if (current !== undefined && !isStored) lost += current.lines;
    for (let chunk = this.#queue.take(); chunk !== undefined; chunk = this.#queue.take()) {
      lost += chunk.lines;
    }
    counters.waiting -= lost;
    this.#retry.release();
    try {
      this.#spool.close();
    } catch (error) {
      this.#events.trouble(`cannot save how far the spool was delivered: ${reasonOf(error)}`);
    }
    return lost;
  }

  /** Counts what the limit has cost since it was counted last. */
  #countFull(): void {
    const lost = this.#spool.losses.full - this.#countedFull;
    this.#countedFull += lost;
    if (lost === 0) return;
    this.#events.counters.spooled -= lost;
    this.#events.drop(lost, "spoolFull");
    this.#events.trouble("the spool is full");
  }

  /** Counts what is in memory alone, because the limit has taken it from the disk, as lost. */
  #dropUnkept(): void {
    const { firstLine } = this.#spool;
    const isKept = ({ from }: Entry) => from === undefined || from.line >= firstLine;
    const entries = [...(this.#current === undefined ? [] : [this.#current]), ...this.#ready];
    const lost = entries.filter((entry) => !isKept(entry))
      .reduce((sum, { chunk }) => sum + chunk.lines, 0);
    if (this.#current !== undefined && !isKept(this.#current)) this.#current = undefined;
    this.#ready = this.#ready.filter(isKept);
    if (lost === 0) return;
    this.#events.counters.spooled -= lost;
    this.#events.drop(lost, "spoolFull");
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    for (let chunk = this.#queue.take(); chunk !== undefined; chunk = this.#queue.take()) {
      this.#unstored = chunk;
      await this.#store(chunk);
      this.#unstored = undefined;
      if (this.#isClosed) break;
      this.#events.readable();
    }
    this.#isPulling = false;
    this.#idle.release();
  }

  /** Appends a chunk; while the disk does not take it, the receiver may have it at once. */
  async #store(chunk: Chunk): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#append(chunk);
        return;
      } catch (error) {
        if (this.#isClosed) return;
        const { counters } = this.#events;
        counters.errors++;
        counters.lastError = reasonOf(error);
        this.#events.trouble(`cannot spool: ${counters.lastError}`);
      }
      const isNext = this.#spool.lines === 0 &&
        ![this.#current, ...this.#ready].some((entry) =>
          entry !== undefined && entry.from === undefined
        );
      if (isNext) {
        this.#ready.push({ chunk, from: undefined, line: this.#spool.nextLine });
        return;
      }
      await this.#retry.wait(TICK_MILLISECONDS);
    }
  }

  async #append(chunk: Chunk): Promise<void> {
    const { counters } = this.#events;
    const { lines } = chunk;
    const bytes = chunk.end - chunk.start;
    const isIn = await this.#spool.append(chunk);
    if (this.#isClosed) {
      if (isIn) this.#unstored = undefined;
      return;
    }
    counters.waiting -= lines;
    counters.spooled += lines;
    this.#queue.settle(bytes);
    this.#countFull();
    const isOnlyOne = isIn && this.#spool.lines === lines;
    const isToBeJoined = bytes < SMALL_BYTES && this.#current !== undefined;
    if (
      isOnlyOne && !isToBeJoined && this.#taking === undefined &&
      this.#ready.length < MOST_IN_MEMORY
    ) {
      const from = this.#spool.skip(chunk);
      this.#ready.push({ chunk, from, line: from.line });
    } else {
      this.#queue.recycle(chunk);
    }
    this.#startTick();
    this.#events.settled();
  }

  /** What was handed over longer ago, or further back, than the receiver can lose, need not be kept. */
  #confirm(): void {
    const { bytes, milliseconds } = this.#unconfirmed ?? { bytes: 0, milliseconds: 0 };
    const since = performance.now() - milliseconds;
    let count = 0;
    for (; count < this.#sent.length; count++) {
      const { at } = this.#sent[count];
      if (at >= since && this.#sentBytes <= bytes) break;
      this.#sentBytes -= this.#sent[count].bytes;
    }
    this.#sent.splice(0, count);
    this.#spool.confirm(this.#sent[0]?.from ?? this.#undelivered());
    this.#startTick();
  }

  /** Where the oldest line is that was not handed over. */
  #undelivered(): Position {
    return this.#current?.from ?? this.#taking ??
      this.#ready.find(({ from }) => from !== undefined)?.from ?? this.#spool.cursor;
  }

  #startTick(): void {
    if (this.#tick !== undefined || this.#isClosed) return;
    this.#tick = setTimeout(() => this.#onTick(), TICK_MILLISECONDS);
    Deno.unrefTimer(this.#tick);
  }

  /** Saves the position, and brings to the disk itself what has waited since the last tick. */
  async #onTick(): Promise<void> {
    try {
      if (this.#sent.length > 0) this.#confirm();
      this.#spool.savePosition();
      if (this.#undelivered().line < this.#newestAtTick) await this.#spool.sync();
    } catch (error) {
      if (!this.#isClosed) this.#events.trouble(`cannot save the spool: ${reasonOf(error)}`);
    }
    this.#newestAtTick = this.#spool.nextLine;
    this.#tick = undefined;
    if (this.#sent.length > 0 || this.#undelivered().line < this.#spool.nextLine) this.#startTick();
  }
}
