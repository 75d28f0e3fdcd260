/**
 * Syslog over TCP and TLS (RFC 6587, RFC 5425).
 */
import net from "node:net";
import tls from "node:tls";
import type { Unconfirmed } from "../backlog.ts";
import type { Chunk } from "../chunk.ts";
import type { Sender } from "../queued_target.ts";
import { credentials, type TlsFiles } from "../tls.ts";
import { headerOf, type SyslogOrigin } from "./message.ts";

/** How messages are told apart in a stream: by their length in front, or by a line feed behind. */
export type Framing = "octets" | "newline";

/** Where to and how. */
export interface StreamPlace {
  readonly host: string;
  readonly port: number;
  readonly framing: Framing;
  /** Bytes that the receiver can lose of what it has taken. */
  readonly resendBytes: number;
  /** Without it the connection is not encrypted. The server's certificate must come from `ca`. */
  readonly tls?: StreamTls;
}

/** TLS of a connection. */
export interface StreamTls {
  readonly files: TlsFiles;
  /** The name, or address, that the server's certificate must have. */
  readonly serverName: string;
}

const LINE_FEED = 10;
const CONNECT_MILLISECONDS = 10_000;
/** A receiver that takes nothing for so long is given up, and tried anew. */
const STUCK_MILLISECONDS = 60_000;
const KEEP_ALIVE_MILLISECONDS = 30_000;
/** A receiver that has not written what it took after so long is assumed to never lose it. */
const UNCONFIRMED_MILLISECONDS = 60_000;
/** Length in front and header, at most. */
const LONGEST_HEADER_BYTES = 512;

/**
 * Sends to a syslog server. The protocol confirms nothing: what the server's kernel and the server had
 * taken when a connection ends may be lost, and is sent again on the next one.
 */
export class StreamSender implements Sender {
  readonly separator = LINE_FEED;
  readonly unconfirmed: Unconfirmed | undefined;
  readonly #place: StreamPlace;
  readonly #header: (milliseconds: number) => string;
  readonly #encoder = new TextEncoder();
  #socket: net.Socket | undefined;
  #lost = () => {};

  constructor(place: StreamPlace, origin: SyslogOrigin) {
    this.#place = place;
    this.#header = headerOf(origin);
    this.unconfirmed = place.resendBytes === 0
      ? undefined
      : { bytes: place.resendBytes, milliseconds: UNCONFIRMED_MILLISECONDS };
    // Files that cannot be read are told at the start, not hours later.
    credentials(place.tls?.files ?? {});
  }

  watch(lost: () => void): void {
    this.#lost = lost;
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const socket = this.#socket ??= await this.#connect(signal);
    await write(socket, this.#frames(chunk), signal);
    chunk.consumeLines(chunk.lines);
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end();
    socket?.unref();
  }

  async #connect(signal: AbortSignal): Promise<net.Socket> {
    const socket = await connect(this.#place, signal);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS);
    // Nothing is said by the server; reading shows when it goes.
    socket.resume();
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#lost();
    });
    if (socket.destroyed) throw new Error("the receiver has closed the connection");
    return socket;
  }

  /** All lines of a chunk, each with its header and its frame. */
  #frames(chunk: Chunk): Uint8Array {
    const frames = new Uint8Array(chunk.end - chunk.start + chunk.lines * LONGEST_HEADER_BYTES);
    let at = 0;
    for (const { bytes, time } of chunk.eachLine()) {
      const header = this.#header(time);
      const text = this.#place.framing === "octets"
        ? `${header.length + bytes.length} ${header}`
        : header;
      at += this.#encoder.encodeInto(text, frames.subarray(at)).written;
      frames.set(bytes, at);
      at += bytes.length;
      if (this.#place.framing === "newline") frames[at++] = LINE_FEED;
    }
    return frames.subarray(0, at);
  }
}

function connect(place: StreamPlace, signal: AbortSignal): Promise<net.Socket> {
  const { host, port } = place;
  const socket = place.tls === undefined ? net.connect({ host, port }) : tls.connect({
    host,
    port,
    ...nameOf(place.tls.serverName),
    ...credentials(place.tls.files),
  });
  return settle(socket, signal, CONNECT_MILLISECONDS, "cannot connect in time", (done) => {
    socket.once(place.tls === undefined ? "connect" : "secureConnect", () => done());
  });
}

/** What the certificate has to hold; the server is told it only where it is a name, as TLS has it. */
function nameOf(name: string): tls.ConnectionOptions {
  if (net.isIP(name) === 0) return { servername: name };
  return {
    servername: "",
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
  };
}

function write(socket: net.Socket, bytes: Uint8Array, signal: AbortSignal): Promise<net.Socket> {
  return settle(socket, signal, STUCK_MILLISECONDS, "the receiver does not read", (done) => {
    socket.write(bytes, (error) => done(error ?? undefined));
  });
}

/** Waits for one step of a connection; a step that fails or takes too long ends the connection. */
function settle(
  socket: net.Socket,
  signal: AbortSignal,
  milliseconds: number,
  late: string,
  step: (done: (error?: Error) => void) => void,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("error", finish);
      socket.off("close", onClose);
      if (error === undefined) return resolve(socket);
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onAbort = () => finish(signal.reason);
    const onClose = () => finish(new Error("the receiver has closed the connection"));
    const timer = setTimeout(() => finish(new Error(late)), milliseconds);
    signal.addEventListener("abort", onAbort);
    socket.on("error", finish);
    socket.on("close", onClose);
    step(finish);
    if (signal.aborted) onAbort();
    else if (socket.destroyed) onClose();
  });
}
