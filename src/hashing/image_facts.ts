/**
 * What the file of a Windows image says of itself, in one reading with its hashes: the fields of events
 * 1, 6, 7 and 29 that come from the version resource and the signature; and a stream's, of event 15.
 */
import { type Event, MISSING } from "../events/event.ts";
import {
  type HashCounters,
  Hasher,
  type HasherOptions,
  type NativeHash,
  NoProgram,
} from "./hasher.ts";
import type { HashTarget } from "./request.ts";

/** The fields by their names in Sysmon's schema, in the native side's order. */
const FIELDS = [
  "Hashes",
  "FileVersion",
  "Description",
  "Product",
  "Company",
  "OriginalFileName",
  "Signed",
  "Signature",
  "SignatureStatus",
  "Contents",
] as const;

/** What event 15 calls Hashes. */
const HASH = "Hash";

/** Their values; `-` where the file says nothing. */
export type ImageFacts = Readonly<Record<typeof FIELDS[number] | typeof HASH, string>>;

/** Ten texts, of which the native side cuts five at 1,024 code units; names are shorter yet. */
const ANSWER_BYTES = 20 * 1024;
/** A process that starts loads a hundred libraries at once. */
const QUEUE_LIMIT = 8192;

/**
 * Describes images of Windows by `Native.describe`. The native side remembers what it has read:
 * only it can tell one version of a file from another.
 */
export class ImageDescriber {
  /** The fields that it fills. */
  readonly fields: readonly string[] = [...FIELDS, HASH];
  readonly #hasher: Hasher;

  constructor(describe: NativeHash, options: HasherOptions) {
    const limits = { answerBytes: ANSWER_BYTES, queueLimit: QUEUE_LIMIT };
    this.#hasher = new Hasher(describe, { ...limits, ...options });
  }

  get counters(): HashCounters {
    return this.#hasher.counters;
  }

  /** What is to be known of an image; the promise never rejects. Without an answer all is `-`. */
  hash(target: HashTarget): ImageFacts | NoProgram | Promise<ImageFacts | NoProgram> {
    const answer = this.#hasher.hash(target);
    return answer instanceof Promise ? answer.then(factsOf) : factsOf(answer);
  }

  /** As {@link Hasher.hashBytes}. */
  hashBytes(bytes: Uint8Array): string {
    return this.#hasher.hashBytes(bytes);
  }

  /** As {@link Hasher.hashFile}. */
  async hashFile(path: string): Promise<string> {
    return hashesOf(await this.#hasher.hashFile(path));
  }
}

function factsOf(answer: string | NoProgram): ImageFacts | NoProgram {
  if (answer instanceof NoProgram) return answer;
  const texts = answer.split("\0");
  const facts = FIELDS.map((name, i) => [name, texts[i] || MISSING]);
  return { ...Object.fromEntries(facts), [HASH]: hashesOf(answer) } as ImageFacts;
}

function hashesOf(answer: string): string {
  return answer.split("\0", 1)[0] || MISSING;
}

/** Fills those fields of the event that hold nothing yet. */
export function fillImageFacts({ definition, values }: Event, facts: ImageFacts): void {
  for (const [name, value] of Object.entries(facts)) {
    const index = definition.fieldIndex.get(name);
    if (index !== undefined && values[index] === MISSING) values[index] = value;
  }
}
