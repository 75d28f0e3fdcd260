/**
 * A connected datagram socket to a path (unix(7)), which the runtime does not have: its own sockets
 * hang for good when the receiver's queue is full of other senders' datagrams, and take five times
 * the time.
 *
 * This file holds the whole table of C library functions; constants are Linux's on x86-64 and arm64.
 */
import { getSystemErrorMap } from "node:util";

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const POLLOUT = 4;
const EAGAIN = 11;
const ADDRESS_FAMILY_BYTES = 2;

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

/** A datagram socket connected to one receiver. */
export class UnixDatagram {
  readonly #library = Deno.dlopen("libc.so.6", SYMBOLS);
  readonly #errno: Deno.UnsafePointerView;
  readonly #fd: number;
  /** A `struct pollfd` for this socket. */
  readonly #poll = new Uint8Array(8);

  /**
   * Connects to the socket at `path`.
   *
   * @throws {SystemCallError} such as ENOENT, ECONNREFUSED (nobody receives), EPROTOTYPE (it is a
   * stream socket).
   */
  constructor(path: string) {
    const { symbols } = this.#library;
    this.#errno = new Deno.UnsafePointerView(symbols.__errno_location()!);
    this.#fd = symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) {
      const error = this.#error();
      this.#library.close();
      throw error;
    }
    const address = socketAddress(path);
    if (symbols.connect(this.#fd, address, address.length) !== 0) {
      const error = this.#error();
      this.close();
      throw error;
    }
    const poll = new DataView(this.#poll.buffer);
    poll.setInt32(0, this.#fd, true);
    poll.setInt16(4, POLLOUT, true);
  }

  /**
   * Sends one datagram; false if the receiver's queue is full.
   *
   * @throws {SystemCallError} such as EMSGSIZE, ECONNREFUSED.
   */
  trySend(datagram: Uint8Array<ArrayBuffer>): boolean {
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = this.#library.symbols.send(this.#fd, datagram, BigInt(datagram.length), flags);
    if (Number(sent) >= 0) return true;
    if (this.#errno.getInt32() === EAGAIN) return false;
    throw this.#error();
  }

  /** Waits off this thread until the receiver's queue has room; false if that takes too long. */
  async waitForRoom(milliseconds: number): Promise<boolean> {
    return await this.#library.symbols.poll(this.#poll, 1n, milliseconds) !== 0;
  }

  /** Closes the socket; not to be called while {@link waitForRoom} is pending. */
  close(): void {
    this.#library.symbols.close(this.#fd);
    this.#library.close();
  }

  #error(): SystemCallError {
    return new SystemCallError(this.#errno.getInt32());
  }
}

/** A `struct sockaddr_un`. */
function socketAddress(path: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(path);
  const address = new Uint8Array(ADDRESS_FAMILY_BYTES + bytes.length + 1);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(bytes, ADDRESS_FAMILY_BYTES);
  return address;
}
