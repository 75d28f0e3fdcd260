/**
 * A connection that is held for nothing but its end: it tells that a daemon has ended whose datagram
 * socket outlives it, as journald's does in systemd's hands.
 */
import { LocalSocket, type SocketCalls } from "./local_socket.ts";
import { codeOf } from "./target.ts";

const NOTHING = new Uint8Array(0);
/** Between two looks while nothing is sent. */
const LOOK_MILLISECONDS = 1_000;

/** Holds a stream to a socket that the daemon listens at for as long as it lives. */
export class Lifeline {
  readonly #sockets: SocketCalls;
  readonly #path: string;
  readonly #ended: () => void;
  #socket: LocalSocket | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `ended` is called once for each daemon that has ended. */
  constructor(sockets: SocketCalls, path: string, ended: () => void) {
    this.#sockets = sockets;
    this.#path = path;
    this.#ended = ended;
  }

  /**
   * Looks whether the daemon of before lives on; if not, holds on to the one that is there now. One
   * without such a socket, or one that is not for us, is not watched.
   *
   * @throws {SystemCallError} ECONNREFUSED when there is none, as between an end and the next start.
   */
  hold(): void {
    this.look();
    if (this.#socket !== undefined) return;
    try {
      this.#socket = new LocalSocket(this.#sockets, this.#path, "stream");
    } catch (error) {
      if (codeOf(error) === "ECONNREFUSED") throw error;
      return;
    }
    this.#timer ??= setInterval(() => this.look(), LOOK_MILLISECONDS);
    Deno.unrefTimer(Number(this.#timer));
  }

  /** Tells when the daemon has ended. */
  look(): void {
    try {
      this.#socket?.trySend(NOTHING);
    } catch {
      this.#letGo();
      this.#ended();
    }
  }

  close(): void {
    this.#letGo();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #letGo(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}
