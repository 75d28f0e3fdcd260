/**
 * Syslog over UDP (RFC 5426): one datagram a message, nothing is confirmed, nothing is sent again.
 */
import { lookup } from "node:dns/promises";
import type { Chunk } from "../chunk.ts";
import type { Sender } from "../queued_target.ts";
import { headerOf, type SyslogOrigin } from "./message.ts";

const LINE_FEED = 10;
/** What an IPv4 datagram holds. */
const LARGEST_DATAGRAM = 65_507;
/** A server may move to another address. */
const LOOKUP_MILLISECONDS = 60_000;

interface Receiver {
  readonly socket: Deno.DatagramConn;
  readonly address: Deno.NetAddr;
  readonly since: number;
}

/** Sends to a syslog server. A message that no datagram can hold is never cut but given up. */
export class DatagramSender implements Sender {
  readonly separator = LINE_FEED;
  readonly #host: string;
  readonly #port: number;
  readonly #header: (milliseconds: number) => string;
  readonly #encoder = new TextEncoder();
  readonly #buffer = new Uint8Array(LARGEST_DATAGRAM);
  #receiver: Receiver | undefined;

  constructor(host: string, port: number, origin: SyslogOrigin) {
    this.#host = host;
    this.#port = port;
    this.#header = headerOf(origin);
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    const { socket, address } = await this.#resolved();
    for (const { bytes, time } of chunk.eachLine()) {
      signal.throwIfAborted();
      const header = this.#header(time);
      if (header.length + bytes.length > LARGEST_DATAGRAM) {
        chunk.discardLine(`a message of ${bytes.length} bytes is too large for a datagram`);
        continue;
      }
      const { written } = this.#encoder.encodeInto(header, this.#buffer);
      this.#buffer.set(bytes, written);
      try {
        await socket.send(this.#buffer.subarray(0, written + bytes.length), address);
      } catch (error) {
        this.close();
        throw error;
      }
      chunk.consumeLines(1);
    }
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    this.#receiver?.socket.close();
    this.#receiver = undefined;
  }

  async #resolved(): Promise<Receiver> {
    const now = performance.now();
    if (this.#receiver !== undefined && now - this.#receiver.since < LOOKUP_MILLISECONDS) {
      return this.#receiver;
    }
    const { address, family } = await lookup(this.#host);
    this.close();
    const hostname = family === 6 ? "::" : "0.0.0.0";
    this.#receiver = {
      socket: Deno.listenDatagram({ transport: "udp", hostname, port: 0 }),
      address: { transport: "udp", hostname: address, port: this.#port },
      since: now,
    };
    return this.#receiver;
  }
}
