/**
 * Lines to journald by its native protocol, each with the event's fields
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
 */
import { dirname } from "node:path";
import type { Unconfirmed } from "./backlog.ts";
import { Body } from "./body.ts";
import type { Chunk } from "./chunk.ts";
import type { SinkPlace, TargetKind } from "./kind.ts";
import { Lifeline } from "./lifeline.ts";
import { LocalSocket, type SocketCalls } from "./local_socket.ts";
import type { Sender } from "./queued_target.ts";
import { readIdentity, readSocket } from "./syslog/local_kind.ts";
import { codeOf } from "./target.ts";

/** Journald's socket. */
export interface JournaldPlace extends SinkPlace {
  readonly kind: "journald";
  readonly socket: string;
  readonly identity: string;
}

const LINE_FEED = 10;
const encoder = new TextEncoder();
const STUCK_AFTER_MILLISECONDS = 1_000;
/** Between an event as JSON and its message; no format writes it. */
const BETWEEN = "\x1e";
const INFORMATIONAL = "6";
const LONGEST_FIELD_NAME = 64;
/**
 * A journald that is killed loses the entry that it had in hand; where nobody holds its socket, the
 * socket's queue, too, for which the sender's buffer has less room than this.
 */
const UNCONFIRMED: Unconfirmed = { bytes: 2 ** 20, milliseconds: 60_000 };
/** Beside the socket for entries: it lives no longer than the process. */
const VARLINK_SOCKET = "io.systemd.journal";

/** Takes `journald[:/PATH/TO/SOCKET][,ident=NAME]`. */
export const journaldKind: TargetKind<JournaldPlace> = {
  kind: "journald",
  isRemote: false,
  needsLocalSockets: true,
  accepts: (target) => target === "journald" || target.startsWith("journald:"),
  read: (target, settings) => ({
    kind: "journald",
    socket: readSocket(target.slice("journald:".length), settings) ??
      "/run/systemd/journal/socket",
    identity: readIdentity(settings) ?? "sysmon",
  }),
  name: ({ socket }) => `journald ${socket}`,
  open: ({ socket, identity }, { sockets }) => {
    if (sockets === undefined) throw new Error("journald needs the native library");
    return new JournaldSender(sockets, socket, identity);
  },
  line: (formatted, json) => (event) => json(event) + BETWEEN + formatted(event),
};

/** Sends one entry a line; one that no datagram can hold goes as a file in memory, so none is cut. */
export class JournaldSender implements Sender {
  readonly separator = LINE_FEED;
  readonly longestRetryMilliseconds = 2_000;
  readonly unconfirmed = UNCONFIRMED;
  readonly #sockets: SocketCalls;
  readonly #path: string;
  readonly #identity: string;
  readonly #decoder = new TextDecoder();
  readonly #lifeline: Lifeline;
  #socket: LocalSocket | undefined;
  #lost = () => {};

  constructor(sockets: SocketCalls, path: string, identity: string) {
    this.#sockets = sockets;
    this.#path = path;
    this.#identity = identity;
    const beside = `${dirname(path)}/${VARLINK_SOCKET}`;
    this.#lifeline = new Lifeline(sockets, beside, () => this.#lost());
  }

  watch(lost: () => void): void {
    this.#lost = lost;
  }

  async send(chunk: Chunk, signal: AbortSignal): Promise<void> {
    try {
      this.#lifeline.hold();
      const socket = this.#socket ??= new LocalSocket(this.#sockets, this.#path, "datagram");
      for (const { bytes } of chunk.eachLine()) {
        const entry = this.#entry(this.#decoder.decode(bytes));
        while (trySend(socket, entry) === 0) {
          if (!await socket.waitForRoom(STUCK_AFTER_MILLISECONDS)) {
            throw new Error("journald does not read");
          }
          signal.throwIfAborted();
        }
        chunk.consumeLines(1);
      }
      this.#lifeline.look();
    } catch (error) {
      this.#disconnect();
      throw error;
    }
  }

  isFinal(): boolean {
    return false;
  }

  close(): void {
    this.#lifeline.close();
    this.#disconnect();
  }

  #disconnect(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #entry(line: string): Uint8Array<ArrayBuffer> {
    const between = line.indexOf(BETWEEN);
    const entry = new Body();
    addField(entry, "MESSAGE", line.slice(between + 1));
    addField(entry, "PRIORITY", INFORMATIONAL);
    addField(entry, "SYSLOG_IDENTIFIER", this.#identity);
    addFields(entry, "SYSMON", JSON.parse(line.slice(0, between)));
    return entry.bytes();
  }
}

function trySend(socket: LocalSocket, entry: Uint8Array<ArrayBuffer>): number {
  try {
    return socket.trySend(entry);
  } catch (error) {
    if (codeOf(error) !== "EMSGSIZE") throw error;
    return socket.trySendFile(entry);
  }
}

/** Adds a field: on one line, or behind its length when it has line feeds. */
function addField(entry: Body, name: string, value: string): void {
  if (!value.includes("\n")) {
    entry.add(`${name}=${value}\n`);
    return;
  }
  const bytes = encoder.encode(value);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  entry.add(`${name}\n`).add(length).add(bytes).add("\n");
}

/** Adds the members of an object, those of objects in it, too. */
function addFields(entry: Body, prefix: string, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    const field = `${prefix}_${fieldName(name)}`.slice(0, LONGEST_FIELD_NAME);
    if (typeof value === "object" && value !== null) {
      addFields(entry, field, value as Record<string, unknown>);
    } else {
      addField(entry, field, String(value));
    }
  }
}

/** `TargetFilename` as `TARGET_FILENAME`. */
function fieldName(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, "_");
}
