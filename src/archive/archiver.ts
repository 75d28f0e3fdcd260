/**
 * Copies of deleted files: asks the native side, a few at a time, and never lets it hold up the
 * events for longer than agreed.
 */
import type { HashAlgorithm } from "../config/model.ts";
import type { Removal } from "../events/event.ts";

/**
 * The native call (`monomi_archive`): answers a packed request with text in `out` and its length,
 * or with a negated reason. Both buffers stay untouched until it resolves.
 */
export type NativeArchive = (
  request: Uint8Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
) => Promise<number>;

/** Where to, and within which limits; every default is explained in docs/events-linux.md. */
export interface ArchiverOptions {
  /** Absolute path. */
  readonly directory: string;
  readonly algorithms: Iterable<HashAlgorithm>;
  /** Larger files are left alone; in bytes, 64 MiB. */
  readonly maxSize?: number;
  /** How much of the file system stays free, in percent, 10. */
  readonly keepFree?: number;
  /** Time for one file on the native side, 2,000. */
  readonly budgetMs?: number;
  /** When an answer is given up, 4,000. */
  readonly patienceMs?: number;
  /** Native calls at a time, 2. */
  readonly concurrency?: number;
  /** Files that wait for a call, 256. */
  readonly queueLimit?: number;
}

/** A file that is in the archive as a whole. */
export interface Archived {
  /** Sysmon's Hashes text. */
  readonly hashes: string;
  readonly isExecutable: boolean;
}

/** The native side's reasons by number (`monomi_archive::Reason`), and this side's own. */
const REASONS = [
  "notHeld",
  "tooLarge",
  "noSpace",
  "changed",
  "timeout",
  "directory",
  "ioError",
  "malformed",
  "unsupported",
  "busy",
] as const;

/** Why a file was not archived. */
export type Reason = (typeof REASONS)[number];

/** What happened so far. */
export interface ArchiveCounters {
  archived: number;
  readonly missed: Record<Reason, number>;
}

/** How far apart the kernel's clock for files and the event's time can be. */
const CLOCKS_APART_MS = 100;
/** Hashes of all algorithms and a digit. */
const ANSWER_BYTES = 512;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Archives files under one configuration. */
export class Archiver {
  readonly counters: ArchiveCounters = {
    archived: 0,
    missed: Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>,
  };
  readonly #native: NativeArchive;
  readonly #options: Required<Omit<ArchiverOptions, "algorithms">>;
  readonly #algorithms: string;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(native: NativeArchive, options: ArchiverOptions) {
    this.#native = native;
    this.#algorithms = [...options.algorithms].join();
    this.#options = {
      directory: options.directory,
      maxSize: options.maxSize ?? 64 * 2 ** 20,
      keepFree: options.keepFree ?? 10,
      budgetMs: options.budgetMs ?? 2000,
      patienceMs: options.patienceMs ?? 4000,
      concurrency: options.concurrency ?? 2,
      queueLimit: options.queueLimit ?? 256,
    };
  }

  /** Copies what was deleted; undefined when there is no whole copy. Never rejects. */
  async archive(removal: Removal): Promise<Archived | undefined> {
    const answer = await this.#answer(removal);
    if (typeof answer === "string") {
      this.counters.missed[answer]++;
      return undefined;
    }
    this.counters.archived++;
    return answer;
  }

  async #answer(removal: Removal): Promise<Archived | Reason> {
    if (this.#queue.length >= this.#options.queueLimit) return "busy";
    const given = Promise.withResolvers<Reason>();
    const timer = setTimeout(() => given.resolve("timeout"), this.#options.patienceMs);
    try {
      return await Promise.race([this.#ask(removal), given.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(removal: Removal): Promise<Archived | Reason> {
    const { concurrency } = this.#options;
    if (this.#running >= concurrency) await new Promise<void>((go) => this.#queue.push(go));
    this.#running++;
    try {
      const out = new Uint8Array(ANSWER_BYTES);
      const length = await this.#native(this.#pack(removal), out);
      if (length <= 0) return REASONS[-length - 1] ?? "unsupported";
      const text = decoder.decode(out.subarray(0, length));
      return { hashes: text.slice(1), isExecutable: text.startsWith("1") };
    } catch {
      return "ioError";
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }

  #pack({ path, holders, time }: Removal): Uint8Array<ArrayBuffer> {
    const { directory, maxSize, keepFree, budgetMs } = this.#options;
    const parts = [
      directory,
      holders.join(),
      Math.floor(time - CLOCKS_APART_MS),
      Math.ceil(time + CLOCKS_APART_MS),
      this.#algorithms,
      maxSize,
      keepFree,
      budgetMs,
      path,
    ];
    return encoder.encode(parts.join("\0"));
  }
}
