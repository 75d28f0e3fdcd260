/**
 * Lines to the local syslog daemon, as the C library's syslog() sends them (config-semantics T33).
 */
import type { Chunk } from "./line_queue.ts";
import { QueuedTarget, type Sender } from "./queued_target.ts";
import { perSecond } from "./renderer.ts";
import { codeOf, reasonOf, type Target, type TargetOptions } from "./target.ts";

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
    let sentUntil = -1;
    // A datagram to a daemon that hangs, behind other programs' datagrams, may wait for ever.
    const watch = setInterval(() => {
      if (chunk.start === sentUntil) this.close();
      sentUntil = chunk.start;
    }, STUCK_AFTER_MILLISECONDS);
    try {
      this.#connection ??= new DatagramConnection(this.#path);
      await this.#connection.send(chunk);
    } catch (error) {
      this.close();
      if (!isWrongSocketType(error)) throw error;
      this.#connection = new StreamConnection(await connectStream(this.#path));
      await this.#connection.send(chunk);
    } finally {
      clearInterval(watch);
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

class DatagramConnection implements Connection {
  readonly #socket: Deno.DatagramConn;
  readonly #daemon: Deno.UnixAddr;

  constructor(path: string) {
    // The empty path has the kernel choose a name outside the file system.
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: "" });
    this.#daemon = { transport: "unixpacket", path };
  }

  async send(chunk: Chunk): Promise<void> {
    while (chunk.start < chunk.end) {
      const end = chunk.nextLine();
      try {
        await this.#socket.send(chunk.bytes.subarray(chunk.start, end - 1), this.#daemon);
      } catch (error) {
        if (codeOf(error) !== "EMSGSIZE") throw error;
        const bytes = end - 1 - chunk.start;
        chunk.discardLine(`a message of ${bytes} bytes is too large for the socket`);
        continue;
      }
      chunk.consume(end - chunk.start);
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

async function connectStream(path: string): Promise<Deno.UnixConn> {
  return await Deno.connect({ transport: "unix", path });
}

/** EPROTOTYPE, for which the runtime's errors have no code. */
function isWrongSocketType(error: unknown): boolean {
  return codeOf(error) === "EPROTOTYPE" || reasonOf(error).includes("(os error 91)");
}

/** `Nov  2 15:04:05`, local time. */
function syslogTimestamp(seconds: number): string {
  const date = new Date(seconds * 1000);
  const day = String(date.getDate()).padStart(2);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
  return `${MONTHS[date.getMonth()]} ${day} ${time}`;
}
