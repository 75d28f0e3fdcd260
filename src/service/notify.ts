/** What a service tells its manager (sd_notify(3)). */
import { LocalSocket, type SocketCalls } from "../sinks/local_socket.ts";

/** Variables that systemd sets for a service of Type=notify. */
export interface ManagerVariables {
  readonly NOTIFY_SOCKET?: string;
  readonly WATCHDOG_USEC?: string;
}

/** Who is told how the sensor is doing. */
export interface Manager {
  /** How often it wants to hear that all is well, in milliseconds; undefined: never. */
  readonly watchdogMilliseconds?: number | undefined;
  /** The sensor captures; `status` is for people. */
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  alive(): void;
}

/** systemd, or nobody. */
export class ServiceManager implements Manager {
  readonly #socket: LocalSocket | undefined;
  readonly watchdogMilliseconds: number | undefined;

  /** Connects now: later the socket may be out of reach. */
  constructor(variables: ManagerVariables, sockets: SocketCalls) {
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: microseconds } = variables;
    if (path === undefined || !path.startsWith("/")) return;
    this.#socket = new LocalSocket(sockets, path, "datagram");
    const watchdog = Number(microseconds ?? 0) / 1000;
    if (watchdog > 0) this.watchdogMilliseconds = watchdog;
  }

  ready(status: string): void {
    this.#tell({ READY: "1", STATUS: status });
  }

  reloading(): void {
    this.#tell({ RELOADING: "1" });
  }

  stopping(): void {
    this.#tell({ STOPPING: "1" });
  }

  alive(): void {
    this.#tell({ WATCHDOG: "1" });
  }

  #tell(words: Readonly<Record<string, string>>): void {
    const lines = Object.entries(words).map(([name, value]) => `${name}=${value}`);
    try {
      this.#socket?.trySend(new TextEncoder().encode(lines.join("\n")));
    } catch {
      // A manager that restarts misses a word; the watchdog's next one comes soon.
    }
  }
}
