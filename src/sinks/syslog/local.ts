/**
 * Lines to the local syslog daemon, as the C library's syslog() sends them (config-semantics T33).
 */
import type { Chunk } from "../chunk.ts";
import { LocalSocket, type SocketCalls } from "../local_socket.ts";
import type { Sender } from "../queued_target.ts";
import { perSecond } from "../renderer.ts";
import { localTime, PRIORITY } from "./message.ts";
import { codeOf } from "../target.ts";

const NUL = 0;
const STUCK_AFTER_MILLISECONDS = 1_000;

/**
 * Sends to a syslog socket: `<14>Nov  2 15:04:05 sysmon: LINE` (RFC 3164, local form), one
 * datagram a line; on a stream socket each line ends with a NUL. A daemon that is absent, restarts
 * or hangs is tried again; what its socket cannot take because of its length is dropped.
 */
export class SyslogSender implements Sender {
  readonly separator = NUL;
  readonly longestRetryMilliseconds = 2_000;
  readonly #sockets: SocketCalls;
  readonly #path: string;
  readonly #identity: string;
  readonly #timestamp = perSecond(localTime);
  #connection: Connection | undefined;

  constructor(sockets: SocketCalls, path: string, identity: string) {
    this.#sockets = sockets;
    this.#path = path;
    this.#identity = identity;
  }

  prefix(): string {
    const time = this.#timestamp(Math.floor(Date.now() / 1000));
    return `<${PRIORITY}>${time} ${this.#identity}: `;
  }

  async send(chunk: Chunk): Promise<void> {
    try {
      this.#connection ??= connect(this.#sockets, this.#path);
      await this.#connection.send(chunk);
    } catch (error) {
      if (!(error instanceof InMidMessage)) this.close();
      throw error;
    }
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

interface Connection {
  send(chunk: Chunk): Promise<void>;
  close(): void;
}

const NOT_READING = "the syslog daemon does not read";

/** The daemon does not read; what it got of a message goes on where it stopped. */
class InMidMessage extends Error {}

function connect(sockets: SocketCalls, path: string): Connection {
  try {
    return new DatagramConnection(new LocalSocket(sockets, path, "datagram"));
  } catch (error) {
    if (codeOf(error) !== "EPROTOTYPE") throw error;
    return new StreamConnection(new LocalSocket(sockets, path, "stream"));
  }
}

class DatagramConnection implements Connection {
  readonly #socket: LocalSocket;

  constructor(socket: LocalSocket) {
    this.#socket = socket;
  }

  async send(chunk: Chunk): Promise<void> {
    while (chunk.start < chunk.end) {
      const end = chunk.nextLine();
      try {
        if (this.#socket.trySend(chunk.bytes.subarray(chunk.start, end - 1)) > 0) {
          chunk.consume(end - chunk.start);
        } else if (!await this.#socket.waitForRoom(STUCK_AFTER_MILLISECONDS)) {
          throw new Error(NOT_READING);
        }
      } catch (error) {
        if (codeOf(error) !== "EMSGSIZE") throw error;
        const bytes = end - 1 - chunk.start;
        chunk.discardLine(`a message of ${bytes} bytes is too large for the socket`);
      }
    }
  }

  close(): void {
    this.#socket.close();
  }
}

class StreamConnection implements Connection {
  readonly #socket: LocalSocket;
  /** Bytes of the chunk's first line that this connection has taken. */
  #begun = 0;

  constructor(socket: LocalSocket) {
    this.#socket = socket;
  }

  /** Consumes whole lines only: after a lost connection the line it was in begins anew. */
  async send(chunk: Chunk): Promise<void> {
    while (chunk.start < chunk.end) {
      const begin = chunk.start + this.#begun;
      const taken = this.#socket.trySend(chunk.bytes.subarray(begin, chunk.end));
      const whole = chunk.lastLineEnd(begin + taken) - chunk.start;
      chunk.consume(whole);
      this.#begun += taken - whole;
      if (taken === 0 && !await this.#socket.waitForRoom(STUCK_AFTER_MILLISECONDS)) {
        throw new InMidMessage(NOT_READING);
      }
    }
  }

  close(): void {
    this.#socket.close();
  }
}
