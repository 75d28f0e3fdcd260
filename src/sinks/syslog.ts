/**
 * Lines to the local syslog daemon, as the C library's syslog() sends them (config-semantics T33).
 */
import type { Chunk } from "./line_queue.ts";
import { QueuedTarget, type Sender } from "./queued_target.ts";
import { perSecond } from "./renderer.ts";
import { UnixDatagram } from "./unix_datagram.ts";
import { codeOf, type Target, type TargetOptions } from "./target.ts";

/** Settings of a syslog target. */
export interface SyslogTargetOptions extends TargetOptions {
  /** The daemon's socket; `/dev/log` when absent. */
  readonly socket?: string;
  /** The name in front of each message; `sysmon` when absent. */
  readonly identity?: string;
}

/** Facility user, severity informational. */
const PRIORITY = 8 * 1 + 6;
const NUL = 0;
const STUCK_AFTER_MILLISECONDS = 1_000;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * Makes a target of a syslog socket: `<14>Nov  2 15:04:05 sysmon: LINE` (RFC 3164, local form), one
 * datagram a line; on a stream socket each line ends with a NUL. A daemon that is absent, restarts
 * or hangs is tried again; what its socket cannot take because of its length is dropped.
 */
export function openSyslog(options: SyslogTargetOptions = {}): Target {
  const { socket = "/dev/log", identity = "sysmon" } = options;
  return new QueuedTarget(`syslog ${socket}`, new SyslogSender(socket, identity), options);
}

class SyslogSender implements Sender {
  readonly separator = NUL;
  readonly #path: string;
  readonly #identity: string;
  readonly #timestamp = perSecond(syslogTimestamp);
  #connection: Connection | undefined;

  constructor(path: string, identity: string) {
    this.#path = path;
    this.#identity = identity;
  }

  prefix(): string {
    const time = this.#timestamp(Math.floor(Date.now() / 1000));
    return `<${PRIORITY}>${time} ${this.#identity}: `;
  }

  async send(chunk: Chunk): Promise<void> {
    try {
      this.#connection ??= await connect(this.#path);
      await this.#connection.send(chunk);
    } catch (error) {
      this.close();
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

async function connect(path: string): Promise<Connection> {
  try {
    return new DatagramConnection(new UnixDatagram(path));
  } catch (error) {
    if (codeOf(error) !== "EPROTOTYPE") throw error;
    return new StreamConnection(await Deno.connect({ transport: "unix", path }));
  }
}

class DatagramConnection implements Connection {
  readonly #socket: UnixDatagram;

  constructor(socket: UnixDatagram) {
    this.#socket = socket;
  }

  async send(chunk: Chunk): Promise<void> {
    while (chunk.start < chunk.end) {
      const end = chunk.nextLine();
      try {
        if (this.#socket.trySend(chunk.bytes.subarray(chunk.start, end - 1))) {
          chunk.consume(end - chunk.start);
        } else if (!await this.#socket.waitForRoom(STUCK_AFTER_MILLISECONDS)) {
          throw new Error("the syslog daemon does not read");
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
  readonly #socket: Deno.UnixConn;

  constructor(socket: Deno.UnixConn) {
    this.#socket = socket;
  }

  /** Consumes whole lines only: after a lost connection the line it was in begins anew. */
  async send(chunk: Chunk): Promise<void> {
    let position = chunk.start;
    while (position < chunk.end) {
      position += await this.#socket.write(chunk.bytes.subarray(position, chunk.end));
      chunk.consume(chunk.lastLineEnd(position) - chunk.start);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** `Nov  2 15:04:05`, local time. */
function syslogTimestamp(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getDate()).padStart(2);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
  return `${MONTHS[date.getMonth()]} ${day} ${time}`;
}
