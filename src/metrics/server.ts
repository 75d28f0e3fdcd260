/**
 * Answers `GET /metrics`, and nothing else, within limits.
 */
import { escapeUnprintable } from "../config/diagnostics.ts";
import { clientsOf, sendAway } from "../output/clients.ts";

/** Where to listen. */
export interface MetricsAddress {
  readonly hostname: string;
  readonly port: number;
}

/** The address cannot be listened at; the message says why. */
export class MetricsError extends Error {
  override readonly name = "MetricsError";
}

const LOOPBACK = "127.0.0.1";
const MOST_CLIENTS = 16;
const REQUEST_BYTES = 8 * 1024;
/** For a request and its answer together. */
const PATIENCE_MS = 5_000;
const FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/**
 * `9469` (at loopback), `0.0.0.0:9469`, `[::]:9469`, `name:9469`; undefined for what is no address.
 */
export function parseAddress(text: string): MetricsAddress | undefined {
  const match = /^(?:(\[[\da-fA-F:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) return undefined;
  return { hostname: match[1]?.replace(/^\[|\]$/g, "") ?? LOOPBACK, port };
}

/** Serves until it is closed. */
export class MetricsServer {
  readonly #listener: Deno.TcpListener;
  readonly #metrics: () => string;
  readonly #clients = new Set<Deno.Conn>();
  readonly #served: Promise<void>;

  /** `metrics` is asked for the text at each request. @throws {MetricsError} */
  constructor({ hostname, port }: MetricsAddress, metrics: () => string) {
    this.#metrics = metrics;
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      const reason = escapeUnprintable((error as Error).message);
      throw new MetricsError(`cannot serve metrics at ${hostname} port ${port}: ${reason}`);
    }
    this.#served = this.#serve();
  }

  /** The port that is listened at. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Sends everybody away. */
  async close(): Promise<void> {
    this.#listener.close();
    for (const client of this.#clients) sendAway(client);
    await this.#served;
  }

  async #serve(): Promise<void> {
    for await (const client of clientsOf(this.#listener)) {
      if (this.#clients.size < MOST_CLIENTS) void this.#attend(client);
      else sendAway(client);
    }
  }

  async #attend(client: Deno.Conn): Promise<void> {
    this.#clients.add(client);
    const patience = setTimeout(() => sendAway(client), PATIENCE_MS);
    try {
      const answer = this.#answerTo(await readHead(client));
      for (let at = 0; at < answer.length;) at += await client.write(answer.subarray(at));
      await client.closeWrite();
    } catch {
      // The client went away, or was sent away.
    } finally {
      clearTimeout(patience);
      this.#clients.delete(client);
      sendAway(client);
    }
  }

  #answerTo(head: string | undefined): Uint8Array {
    if (head === undefined) return response("431 Request Header Fields Too Large", "");
    const [, method, target] = /^(\S+) (\S+) HTTP\/1\.[01]\r\n/.exec(head) ?? [];
    if (method === undefined) return response("400 Bad Request", "");
    if (target.split("?", 1)[0] !== "/metrics") return response("404 Not Found", "");
    if (method !== "GET") return response("405 Method Not Allowed", "", ["Allow: GET"]);
    return response("200 OK", this.#metrics());
  }
}

/** A request's head; undefined when it is too long. Throws when the client ends before its end. */
async function readHead(client: Deno.Conn): Promise<string | undefined> {
  const buffer = new Uint8Array(REQUEST_BYTES);
  let used = 0;
  while (used < buffer.length) {
    const count = await client.read(buffer.subarray(used));
    if (count === null) throw new Error("the client has ended");
    used += count;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, used));
    if (text.includes("\r\n\r\n")) return text;
  }
  return undefined;
}

function response(status: string, text: string, headers: readonly string[] = []): Uint8Array {
  const body = new TextEncoder().encode(text);
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: ${FORMAT}`,
    `Content-Length: ${body.length}`,
    "Connection: close",
    ...headers,
  ].join("\r\n");
  const start = new TextEncoder().encode(`${head}\r\n\r\n`);
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}
