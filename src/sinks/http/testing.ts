/**
 * For tests only: HTTP receivers that do as they are told, and sinks that deliver to them.
 */
import type { Event } from "../../events/event.ts";
import { sampleEvent } from "../sample_events.ts";
import { openSinks, type SinkCounters } from "../set.ts";
import { parseSink } from "../spec.ts";

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: Headers;
  /** Decompressed. */
  readonly text: string;
}

/** A server on this host that keeps what it gets. */
export class Receiver implements AsyncDisposable {
  readonly requests: Received[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** `answer` gets each request and its number from 1. */
  constructor(answer: (request: Received, number: number) => Response | Promise<Response>) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname, search } = new URL(request.url);
        const received = {
          path: pathname + search,
          headers: request.headers,
          text: await new Response(
            request.headers.get("content-encoding") === "gzip"
              ? request.body!.pipeThrough(new DecompressionStream("gzip"))
              : request.body,
          ).text(),
        };
        return await answer(received, this.requests.push(received));
      },
    );
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Events with the EventRecordIDs 1 to `count`. */
export function events(count: number): Event[] {
  return Array.from({ length: count }, (_, i) => ({ ...sampleEvent(11), recordId: i + 1 }));
}

/** What a sink did with events before it closed, and what it told people. */
export interface Delivery {
  readonly counters: SinkCounters;
  readonly problems: string[];
}

/** Delivers events to one sink, however long it takes, or `patience` milliseconds. */
export async function deliver(
  sink: string,
  given: readonly Event[],
  patience?: number,
): Promise<Delivery> {
  const problems: string[] = [];
  const sinks = openSinks([parseSink(sink)], {
    computer: "build-7",
    processId: 1,
    userId: 0,
    onProblem: (message) => problems.push(message),
    ...(patience === undefined ? { lossless: true } : { flushMilliseconds: patience }),
  });
  sinks.write(given, given.length);
  await sinks.close();
  return { counters: sinks.counters()[0], problems };
}
