/**
 * Requests to one server, bounded in time and size.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { RetryLater } from "../queued_target.ts";
import { shown } from "../foreign_text.ts";
import { credentials, type TlsFiles } from "../tls.ts";

/** How a server is reached. */
export interface Connection {
  /** Authorities besides Mozilla's, which the runtime has. */
  readonly tls: TlsFiles;
  /** `http://HOST:PORT`. */
  readonly proxy?: string;
  /** For a whole exchange: connecting, sending, waiting, and reading the answer. */
  readonly timeoutMilliseconds: number;
  readonly compress: boolean;
}

/** One request; always a POST. */
export interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** What of the body nobody may be told, should the answer repeat it; the header's token is one anyway. */
  readonly secrets?: readonly string[];
  /** Send the body as it is whatever the connection says. */
  readonly plain?: boolean;
}

/** What the server said. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The server asks to wait for so long. */
  readonly retryMilliseconds?: number;
}

const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;
const COMPRESSION_LEVEL = 3;
const LOOPBACK = "localhost,127.0.0.0/8,::1";
const compressed = promisify(gzip);

/** A server; its connections are made when they are needed and again after every error. */
export class HttpClient {
  readonly #connection: Connection;
  #client: Deno.HttpClient | undefined;

  /** @throws a system error for a file that cannot be read. */
  constructor(connection: Connection) {
    this.#connection = connection;
    // Told at the start, not with each failing delivery.
    credentials(connection.tls);
    // As long as the environment can be changed.
    keepThisHostDirect();
  }

  /**
   * Sends a request and reads the whole answer, whatever its status.
   *
   * @throws when there is no whole answer in time.
   */
  async post(request: Request, signal: AbortSignal): Promise<Answer> {
    const { timeoutMilliseconds, compress } = this.#connection;
    const gzipped = compress && request.plain !== true;
    const body = gzipped
      ? await compressed(request.body, { level: COMPRESSION_LEVEL }) as Uint8Array<ArrayBuffer>
      : request.body;
    const deadline = AbortSignal.timeout(timeoutMilliseconds);
    try {
      this.#client ??= this.#connect();
      const response = await fetch(request.url, {
        method: "POST",
        headers: { ...request.headers, ...(gzipped ? { "content-encoding": "gzip" } : {}) },
        body,
        // A redirect would take the token elsewhere.
        redirect: "manual",
        signal: AbortSignal.any([signal, deadline]),
        client: this.#client,
      });
      const text = withoutSecrets(await textOf(response), request);
      return { status: response.status, text, ...retryAfter(response.headers) };
    } catch (error) {
      this.close();
      if (deadline.aborted) {
        throw new Error(`no whole answer within ${timeoutMilliseconds / 1000} seconds`);
      }
      throw new Error(shown(withoutQuery(causeOf(error), request.url)));
    }
  }

  /** Lets go of all connections. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #connect(): Deno.HttpClient {
    const { tls, proxy } = this.#connection;
    const { ca, cert, key } = credentials(tls);
    return Deno.createHttpClient({
      http2: false,
      ...(ca === undefined ? {} : { caCerts: [ca] }),
      ...(cert === undefined ? {} : { cert, key: key! }),
      ...(proxy === undefined ? {} : { proxy: { url: proxy } }),
    });
  }
}

/** The error that a refused request is; how long to wait is the server's word where it has one. */
export function refusedRequest({ status, text, retryMilliseconds }: Answer): Error {
  const why = status >= 300 && status < 400 ? "a redirect, which is not followed" : shown(text);
  const message = `the server answers ${status}${why === "" ? "" : `: ${why}`}`;
  return retryMilliseconds === undefined
    ? new Error(message)
    : new RetryLater(message, retryMilliseconds);
}

/** The members of a JSON object in an answer, whose types are the receiver's word; none of anything else. */
export function fieldsOf<Fields extends object>(text: string): Partial<Fields> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > LARGEST_ANSWER_BYTES) throw new Error("the server's answer is too long");
    parts.push(part);
  }
  return new TextDecoder().decode(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/**
 * The runtime takes proxies from the environment, for this host's own addresses, too: what is sent there in
 * the clear, because it stays here, would go elsewhere.
 */
function keepThisHostDirect(): void {
  // It asks for the other name only where this one is not there.
  const given = Deno.env.get("NO_PROXY") ?? Deno.env.get("no_proxy");
  if (given?.endsWith(LOOPBACK)) return;
  Deno.env.set("NO_PROXY", given ? `${given},${LOOPBACK}` : LOOPBACK);
}

/** Some servers repeat what they were sent. */
function withoutSecrets(text: string, { headers, secrets = [] }: Request): string {
  const token = headers.authorization?.replace(/^\S+ /, "");
  const hidden = token === undefined ? secrets : [...secrets, token];
  return hidden.reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
}

function retryAfter(headers: Headers): { retryMilliseconds?: number } {
  const text = headers.get("retry-after") ?? "";
  const milliseconds = /^\d{1,6}$/.test(text) ? 1000 * Number(text) : Date.parse(text) - Date.now();
  // Who asks for no time at all, or for a time that has passed, gets the target's own back-off.
  return milliseconds > 0 ? { retryMilliseconds: milliseconds } : {};
}

/** What stands behind a URL's path is often a key. */
function withoutQuery(text: string, url: string): string {
  const { search } = new URL(url);
  return search === "" ? text : text.replaceAll(search, "");
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
