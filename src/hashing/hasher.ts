/**
 * Hashes for events: asks the native side at most once per file, and never lets it hold up the
 * events for longer than agreed.
 */
import { createHash } from "node:crypto";
import type { HashAlgorithm } from "../config/model.ts";
import { HashCache } from "./cache.ts";
import { type Reason, reasonOf, REASONS } from "./reasons.ts";
import {
  ANSWER_CAPACITY,
  type HashTarget,
  packPath,
  packTarget,
  type RequestPolicy,
} from "./request.ts";

/**
 * The native call (`monomi_hash`): answers a packed request with text in `out` and its length, or
 * with a negated reason. Both buffers stay untouched until it resolves.
 */
export type NativeHash = (
  request: Uint8Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
) => Promise<number>;

/** Policy and limits; every default is explained in docs/hashing.md. */
export interface HasherOptions {
  readonly algorithms: Iterable<HashAlgorithm>;
  /** Larger files are not read; in bytes, 512 MiB. */
  readonly maxSize?: number;
  /** Time for one file on the native side, 2,000. */
  readonly budgetMs?: number;
  /** When a call is given up, budget + 1,000; a place in the queue after twice that time. */
  readonly patienceMs?: number;
  /** Answers kept, 4,096. */
  readonly cacheEntries?: number;
  /** Native calls at a time, 2. */
  readonly concurrency?: number;
  /** Calls given up that may be outstanding besides, 6. */
  readonly stuckLimit?: number;
  /** Files waiting for a call, 256. */
  readonly queueLimit?: number;
  /** Whether files on user-space file systems are read, false. */
  readonly allowFuse?: boolean;
  /** See {@link RequestPolicy}, false. */
  readonly checkRevocation?: boolean;
  /** Bytes that the native side needs for any answer. */
  readonly answerBytes?: number;
  /** A clock in milliseconds that never steps back, performance.now(). */
  readonly now?: () => number;
}

/** What happened so far; numbers of answers, unless said otherwise. */
export interface HashCounters {
  /** Answered from the cache. */
  hits: number;
  /** Answered by a call that another event had started. */
  shared: number;
  /** Native calls made. */
  calls: number;
  /** Native calls given up and not back yet. */
  stuck: number;
  /** Answered with `-`, by reason. */
  readonly unavailable: Record<Reason, number>;
}

/** Digests of bytes, in Sysmon's order. */
const DIGESTS: readonly (readonly [name: HashAlgorithm, digest: string])[] = [
  ["SHA1", "sha1"],
  ["MD5", "md5"],
  ["SHA256", "sha256"],
];
/** The text of an event without hashes (config-semantics T16, T17). */
const NONE = "-";
/** How long a file that was too slow, or that is on a user-space file system, is left alone. */
const RETRY_MS = 60_000;
/** Kernel modules whose answers are kept. */
const MODULES = 256;
/** How often a file is asked for again through another process that has it as its image. */
const MOST_RETRIES = 3;

const decoder = new TextDecoder();

interface Job {
  request: Uint8Array<ArrayBuffer>;
  /** The same file through the process that asked last, should the first one fail. */
  alternative: Uint8Array<ArrayBuffer> | undefined;
  retries: number;
  readonly device: number | undefined;
  readonly queuedAt: number;
  waiting: number;
  readonly answer: Promise<Answer>;
  readonly settle: (text: string, reason: Reason | undefined) => void;
}

/** The answer for a file that had to be a program: it is none, or could not be looked at. */
export class NoProgram {
  /** `not_program`, or why nobody knows. */
  readonly reason: Reason;

  constructor(reason: Reason) {
    this.reason = reason;
  }
}

/** Text of an answer. */
type Answer = string | NoProgram;

/** The reasons that come before a file's beginning was seen. */
const UNSEEN: ReadonlySet<Reason> = new Set(
  [
    "gone",
    "not_regular",
    "permission",
    "fuse",
    "unsupported",
    "not_program",
    "busy",
  ] as const,
);

/**
 * Hashes files under one policy; a new configuration gets a new hasher.
 *
 * ```ts
 * const hasher = new Hasher((request, out) => native.hash(request, out), { algorithms: ["SHA256"] });
 * const hashes = hasher.hash(target);
 * event.values[index] = typeof hashes === "string" ? hashes : await hashes;
 * ```
 */
export class Hasher {
  readonly counters: HashCounters = {
    hits: 0,
    shared: 0,
    calls: 0,
    stuck: 0,
    unavailable: Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>,
  };

  readonly #native: NativeHash;
  readonly #policy: RequestPolicy;
  readonly #cache: HashCache<Job>;
  readonly #programs: HashCache<Job>;
  readonly #modules: HashCache<Job>;
  readonly #answerBytes: number;
  readonly #patienceMs: number;
  readonly #now: () => number;
  readonly #concurrency: number;
  readonly #stuckLimit: number;
  readonly #queueLimit: number;
  readonly #queue: Job[] = [];
  readonly #stuckDevices = new Map<number, number>();
  #running = 0;

  constructor(native: NativeHash, options: HasherOptions) {
    const { budgetMs = 2000 } = options;
    this.#native = native;
    this.#policy = {
      algorithms: [...options.algorithms],
      maxSize: options.maxSize ?? 512 * 2 ** 20,
      budgetMs,
      allowFuse: options.allowFuse ?? false,
      checkRevocation: options.checkRevocation,
    };
    this.#cache = new HashCache(options.cacheEntries ?? 4096);
    this.#programs = new HashCache(options.cacheEntries ?? 4096);
    this.#modules = new HashCache(MODULES);
    this.#answerBytes = options.answerBytes ?? ANSWER_CAPACITY;
    this.#patienceMs = options.patienceMs ?? budgetMs + 1000;
    this.#now = options.now ?? (() => performance.now());
    this.#concurrency = options.concurrency ?? 2;
    this.#stuckLimit = options.stuckLimit ?? 6;
    this.#queueLimit = options.queueLimit ?? 256;
  }

  /**
   * The Hashes text of a file, or `-`; of a kernel module that is signed with a line end and the signer
   * behind it: at once when it is known, else a promise that never rejects
   * and resolves whatever the file system does. {@link NoProgram} only when the file had to be one.
   */
  hash(target: HashTarget): Answer | Promise<Answer> {
    const cache = this.#cacheOf(target);
    const entry = cache.find(target);
    if (entry !== undefined) {
      if (entry.pending !== undefined) return this.#share(entry.pending, target);
      if (entry.expires === Infinity || entry.expires > this.#now()) {
        this.counters.hits++;
        if (entry.reason !== undefined) this.counters.unavailable[entry.reason]++;
        cache.use(entry);
        return answerOf(entry.text!, entry.reason, target);
      }
      cache.remove(entry);
    }
    return this.#ask(target, cache);
  }

  /**
   * The Hashes text of a regular file of the host, or `-`; not cached, links not followed
   * (ConfigurationFileHash, config-semantics T18).
   */
  async hashFile(path: string): Promise<string> {
    if (this.#isFull()) return this.#refuse("busy");
    const job = this.#enqueue(packPath(path, this.#policy), undefined, () => {});
    this.#startQueued();
    return String(await job.answer);
  }

  /** The Hash text of bytes that are here; IMPHASH has none. */
  hashBytes(bytes: Uint8Array): string {
    const digests = DIGESTS.filter(([name]) => this.#policy.algorithms.includes(name));
    const texts = digests.map(([name, digest]) =>
      `${name}=${createHash(digest).update(bytes).digest("hex")}`
    );
    return texts.length === 0 ? NONE : texts.join(",");
  }

  /** What was asked about a file for one purpose is no answer for another. */
  #cacheOf({ mustBeProgram, isModule }: HashTarget): HashCache<Job> {
    if (mustBeProgram) return this.#programs;
    return isModule ? this.#modules : this.#cache;
  }

  #share(job: Job, target: HashTarget): Promise<Answer> {
    this.counters.shared++;
    job.waiting++;
    if (job.retries < MOST_RETRIES) job.alternative = packTarget(target, this.#policy);
    return job.answer;
  }

  #ask(target: HashTarget, cache: HashCache<Job>): Answer | Promise<Answer> {
    const device = target.device | 0;
    const refuse = (reason: Reason) => answerOf(this.#refuse(reason), reason, target);
    if (this.#stuckDevices.has(device)) return refuse("timeout");
    if (this.#isFull()) return refuse("busy");
    const hasIdentity = target.inodeLow !== 0 || target.inodeHigh !== 0;
    const request = packTarget(target, this.#policy);
    const job = this.#enqueue(request, device, (text, reason) => {
      if (entry === undefined) return;
      if (reason === undefined || reason === "too_large" || reason === "not_program") {
        cache.settle(entry, text, reason);
      } else if (reason === "timeout" || reason === "fuse") {
        cache.settle(entry, text, reason, this.#now() + RETRY_MS);
      } else cache.remove(entry);
    }, target.mustBeProgram);
    const entry = hasIdentity ? cache.add(target, job) : undefined;
    this.#startQueued();
    return job.answer;
  }

  #isFull(): boolean {
    return this.#queue.length >= this.#queueLimit || this.#isExhausted();
  }

  /** Whether no call can be made before a stuck one comes back. */
  #isExhausted(): boolean {
    return this.#running === 0 && this.#freeCalls() === 0;
  }

  #freeCalls(): number {
    const total = this.#concurrency + this.#stuckLimit;
    return Math.min(this.#concurrency, total - this.counters.stuck) - this.#running;
  }

  #refuse(reason: Reason): string {
    this.counters.unavailable[reason]++;
    return NONE;
  }

  #enqueue(
    request: Uint8Array<ArrayBuffer>,
    device: number | undefined,
    remember: (text: string, reason: Reason | undefined) => void,
    mustBeProgram = false,
  ): Job {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const job: Job = {
      request,
      alternative: undefined,
      retries: 0,
      device,
      queuedAt: this.#now(),
      waiting: 1,
      answer: promise,
      settle: (text, reason) => {
        if (reason !== undefined) this.counters.unavailable[reason] += job.waiting;
        remember(text, reason);
        resolve(answerOf(text, reason, { mustBeProgram }));
      },
    };
    this.#queue.push(job);
    return job;
  }

  #startQueued(): void {
    while (this.#queue.length > 0 && this.#freeCalls() > 0) {
      const job = this.#queue.shift()!;
      if (this.#now() - job.queuedAt > 2 * this.#patienceMs) job.settle(NONE, "busy");
      else this.#call(job);
    }
    if (this.#isExhausted()) {
      for (const job of this.#queue.splice(0)) job.settle(NONE, "busy");
    }
  }

  #call(job: Job): void {
    this.counters.calls++;
    this.#running++;
    const out = new Uint8Array(this.#answerBytes);
    let givenUp = false;
    const timer = setTimeout(() => {
      givenUp = true;
      this.#giveUp(job);
    }, this.#patienceMs);
    const done = (result: number) => {
      clearTimeout(timer);
      if (givenUp) this.#comeBack(job);
      else this.#finish(job, result, out);
      this.#startQueued();
    };
    this.#native(job.request, out).then(done, () => done(-9));
  }

  #finish(job: Job, result: number, out: Uint8Array): void {
    this.#running--;
    if (result >= 0) {
      job.settle(result === 0 ? NONE : decoder.decode(out.subarray(0, result)), undefined);
      return;
    }
    const reason = reasonOf(result);
    if (job.alternative !== undefined && dependsOnProcess(reason)) {
      job.request = job.alternative;
      job.alternative = undefined;
      job.retries++;
      this.#call(job);
      return;
    }
    job.settle(NONE, reason);
  }

  #giveUp(job: Job): void {
    this.#running--;
    this.counters.stuck++;
    if (job.device !== undefined) {
      this.#stuckDevices.set(job.device, (this.#stuckDevices.get(job.device) ?? 0) + 1);
    }
    job.settle(NONE, "timeout");
    this.#startQueued();
  }

  #comeBack(job: Job): void {
    this.counters.stuck--;
    if (job.device === undefined) return;
    const left = this.#stuckDevices.get(job.device)! - 1;
    if (left === 0) this.#stuckDevices.delete(job.device);
    else this.#stuckDevices.set(job.device, left);
  }
}

/** Whether another process with the same image may lead to the file where the first did not. */
function dependsOnProcess(reason: Reason): boolean {
  return reason === "gone" || reason === "changed" || reason === "permission" ||
    reason === "not_regular";
}

/** What the caller gets of a text and the reason why it is no better. */
function answerOf(
  text: string,
  reason: Reason | undefined,
  { mustBeProgram }: Pick<HashTarget, "mustBeProgram">,
): Answer {
  return mustBeProgram && reason !== undefined && UNSEEN.has(reason) ? new NoProgram(reason) : text;
}
