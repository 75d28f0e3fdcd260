/**
 * A connected socket of the local host (unix(7)), on system calls that the caller of the sinks gives:
 * the runtime's own sockets hang for good when the receiver's queue is full of other senders'
 * datagrams, and are out of reach once the sensor has given up its permissions.
 */
import { getSystemErrorMap } from "node:util";

/** What a receiver's socket takes: messages, or bytes in order. */
export type SocketKind = "datagram" | "stream";

/** System calls on local sockets. Results below zero are negated error numbers. */
export interface SocketCalls {
  /** A descriptor that never blocks. */
  connect(path: string, kind: SocketKind): number;
  /** How many bytes were taken: one datagram whole, of a stream as much as fits. */
  send(socket: number, bytes: Uint8Array<ArrayBuffer>): number;
  /** Sends a sealed file that holds `bytes`, as an empty datagram: how many bytes it holds. */
  sendFile(socket: number, bytes: Uint8Array<ArrayBuffer>): number;
  /** 1 once the receiver's queue has room, 0 after `milliseconds`; off this thread. */
  wait(socket: number, milliseconds: number): Promise<number>;
  /** Not to be called while {@link wait} runs. */
  close(socket: number): void;
}

const EAGAIN = 11;

/** A failed system call; `code` as `ECONNREFUSED`. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly code: string;

  constructor(errno: number) {
    const [code, words] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, "system error"];
    super(`${words} (${code})`);
    this.code = code;
  }
}

/** A socket connected to one receiver. */
export class LocalSocket {
  readonly #calls: SocketCalls;
  readonly #socket: number;

  /**
   * Connects to the socket at `path`.
   *
   * @throws {SystemCallError} such as ENOENT, ECONNREFUSED (nobody receives), EPROTOTYPE (it is a
   * socket of the other kind), EAGAIN (too many wait to be accepted).
   */
  constructor(calls: SocketCalls, path: string, kind: SocketKind) {
    this.#calls = calls;
    this.#socket = calls.connect(path, kind);
    if (this.#socket < 0) throw new SystemCallError(-this.#socket);
  }

  /**
   * Sends one datagram, or what a stream has room for; the number of bytes, 0 if the receiver's
   * queue is full.
   *
   * @throws {SystemCallError} such as EMSGSIZE, ECONNREFUSED, EPIPE.
   */
  trySend(bytes: Uint8Array<ArrayBuffer>): number {
    return taken(this.#calls.send(this.#socket, bytes));
  }

  /**
   * Sends a file that holds `bytes` instead of a datagram that would be too large, for receivers that
   * know it (journald); the number of bytes, 0 if the receiver's queue is full.
   *
   * @throws {SystemCallError}
   */
  trySendFile(bytes: Uint8Array<ArrayBuffer>): number {
    return taken(this.#calls.sendFile(this.#socket, bytes));
  }

  /** Waits until the receiver's queue has room; false if that takes too long. */
  async waitForRoom(milliseconds: number): Promise<boolean> {
    const result = await this.#calls.wait(this.#socket, milliseconds);
    if (result < 0) throw new SystemCallError(-result);
    return result > 0;
  }

  /** Closes the socket; not to be called while {@link waitForRoom} is pending. */
  close(): void {
    this.#calls.close(this.#socket);
  }
}

function taken(sent: number): number {
  if (sent >= 0) return sent;
  if (sent === -EAGAIN) return 0;
  throw new SystemCallError(-sent);
}
