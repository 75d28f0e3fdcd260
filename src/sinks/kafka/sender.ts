/**
 * Sends chunks of lines to a topic, one batch in flight, confirmed by all replicas in sync.
 */
import { Buffer } from "node:buffer";
import type { Producer, SASLMechanismValue } from "@platformatic/kafka";
import { type Chunk, eventId } from "../chunk.ts";
import { shown } from "../foreign_text.ts";
import type { Secret } from "../secret.ts";
import { pauseFor } from "../pause.ts";
import type { Sender } from "../queued_target.ts";
import { credentials } from "../tls.ts";
import type { KafkaPlace } from "./kind.ts";

/** What the sender needs to know besides where to send. */
export interface KafkaSenderOptions {
  /** The messages' key: what one host says stays in order. */
  readonly computer: string;
  readonly password?: Secret;
  readonly tell: (message: string) => void;
}

type EventProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

const NEWLINE = 10;
const ALL_IN_SYNC = -1;
const DEEPEST_ERROR = 8;
/** The client takes fewer than two, from an idempotent producer, for no end of them. */
const RETRIES = 2;
const RETRY_MILLISECONDS = 200;
/** Names of the broker's errors. */
const NOT_ALLOWED = /CLUSTER_AUTHORIZATION_FAILED|TRANSACTIONAL_ID_AUTHORIZATION_FAILED/;
const TOO_LARGE = /MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/;
const INVALID = /INVALID_RECORD/;
const MECHANISMS: Readonly<Record<string, SASLMechanismValue>> = {
  "plain": "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
};

/** Delivers to one topic. */
export class KafkaSender implements Sender {
  readonly separator = NEWLINE;
  readonly #place: KafkaPlace;
  readonly #options: KafkaSenderOptions;
  readonly #client: Promise<typeof import("@platformatic/kafka")>;
  #producer: EventProducer | undefined;
  #isIdempotent = true;
  /** Lines that go at once; fewer while the broker finds batches too large. */
  #mostLines = Infinity;

  /** @throws a system error for a file that cannot be read. */
  constructor(place: KafkaPlace, options: KafkaSenderOptions) {
    // Told at the start, not with each failing delivery.
    credentials(place.tls ?? {});
    this.#place = place;
    this.#options = options;
    // Not at the program's start, because it is large; but while it may still read the environment.
    this.#client = import("@platformatic/kafka");
    this.#client.catch(() => {});
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const messages = this.#messages(chunk);
    try {
      await this.#inTime(async () => {
        this.#producer ??= await this.#open();
        await this.#producer.send({ messages });
      }, signal);
    } catch (error) {
      this.close();
      const reasons = reasonsOf(error);
      if (this.#isIdempotent && NOT_ALLOWED.test(reasons)) {
        this.#isIdempotent = false;
        this.#options.tell("the broker does not allow idempotent writes; sending without them");
      } else if (TOO_LARGE.test(reasons) || INVALID.test(reasons)) {
        if (messages.length === 1) return chunk.discardLine(`refused by the broker: ${reasons}`);
        this.#mostLines = messages.length >> 1;
      }
      throw new Error(reasons);
    }
    this.#mostLines *= 2;
    chunk.consumeLines(messages.length);
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    const producer = this.#producer;
    this.#producer = undefined;
    // Nothing is left to be sent; what still fails there is of no interest.
    producer?.close(true).catch(() => {});
  }

  #messages(chunk: Chunk) {
    const { computer } = this.#options;
    const key = Buffer.from(computer);
    const messages = [];
    for (const line of chunk.eachLine()) {
      if (messages.length >= this.#mostLines) break;
      messages.push({
        topic: this.#place.topic,
        key,
        // A copy: the client may hold it longer than this attempt lasts.
        value: Buffer.from(line.bytes),
        timestamp: BigInt(Number.isFinite(line.time) ? Math.trunc(line.time) : 0),
        headers: new Map([[ID_HEADER, Buffer.from(eventId(computer, line))]]),
      });
    }
    return messages;
  }

  async #open(): Promise<EventProducer> {
    const { brokers, tls, login, compression, timeoutMilliseconds } = this.#place;
    const { Producer } = await this.#client;
    const password = await this.#options.password?.();
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: "monomi",
      bootstrapBrokers: [...brokers],
      acks: ALL_IN_SYNC,
      // Whether a topic that is not there is made is the broker's decision.
      autocreateTopics: true,
      idempotent: this.#isIdempotent,
      compression,
      // A new leader, a topic that is being made; all else is the target's own back-off.
      retries: RETRIES,
      retryDelay: RETRY_MILLISECONDS,
      timeout: timeoutMilliseconds,
      requestTimeout: timeoutMilliseconds,
      connectTimeout: timeoutMilliseconds,
      // Brokers are called by their hosts' names, but for those that have only an address.
      ...(tls === undefined ? {} : { tls: credentials(tls) }),
      ...(login === undefined
        ? {}
        : { sasl: { mechanism: MECHANISMS[login.mechanism], username: login.user, password } }),
    });
    // Attempts report their errors themselves.
    producer.on("error", () => {});
    return producer;
  }

  /** Runs `work`, but waits no longer than a little more than the client's own limit. */
  async #inTime(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { timeoutMilliseconds } = this.#place;
    const over = new AbortController();
    const limit = async () => {
      await pauseFor(timeoutMilliseconds, AbortSignal.any([signal, over.signal]));
      throw new Error(`no confirmation within ${timeoutMilliseconds / 1000} seconds`);
    };
    try {
      await Promise.race([work(), limit()]);
    } finally {
      over.abort();
    }
  }
}

const ID_HEADER = Buffer.from("id");

/** What went wrong, in the words of those errors inside of an error that have no further cause. */
function reasonsOf(error: unknown): string {
  const reasons = new Set<string>();
  const visit = (one: unknown, depth: number): void => {
    if (!(one instanceof Error) || depth > DEEPEST_ERROR) return;
    const inner = [one.cause, ...("errors" in one && Array.isArray(one.errors) ? one.errors : [])]
      .filter((cause) => cause instanceof Error);
    if (inner.length === 0) {
      reasons.add("apiId" in one ? `${one.apiId}: ${one.message}` : one.message);
    }
    for (const cause of inner) visit(cause, depth + 1);
  };
  visit(error, 0);
  return shown([...reasons].join("; "));
}
