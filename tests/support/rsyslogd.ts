/** A real rsyslogd with a configuration of the test's own. */
import { until } from "./waiting.ts";

/** Where Debian has it. */
export const RSYSLOGD = "/usr/sbin/rsyslogd";

/** Which messages it takes, and where it puts them. */
export interface RsyslogdOptions {
  /** `module(…)` and `input(…)`. */
  readonly inputs: string;
  /** One line of the output file; the message alone when absent. */
  readonly template?: string;
  /** Whether it listens. */
  readonly isListening: () => boolean | Promise<boolean>;
}

/** A daemon that writes what it receives to `DIRECTORY/out`. */
export class Rsyslogd implements AsyncDisposable {
  readonly #directory: string;
  readonly #options: RsyslogdOptions;
  #process: Deno.ChildProcess | undefined;

  constructor(directory: string, options: RsyslogdOptions) {
    this.#directory = directory;
    this.#options = options;
    Deno.writeTextFileSync(
      `${directory}/rsyslog.conf`,
      `global(workDirectory="${directory}" maxMessageSize="256k")
${options.inputs}
template(name="line" type="string" string="${options.template ?? "%msg%"}\\n")
action(type="omfile" file="${directory}/out" template="line" asyncWriting="off")
`,
    );
  }

  /** Path of what it writes. */
  get out(): string {
    return `${this.#directory}/out`;
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    this.#process = new Deno.Command(RSYSLOGD, {
      args: ["-n", "-i", "NONE", "-f", `${this.#directory}/rsyslog.conf`],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    await until("rsyslogd to listen", this.#options.isListening);
  }

  /** Ends it and waits for its end. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    this.#process?.kill(signal);
    await this.#process?.status;
    this.#process = undefined;
  }

  /** Sends a signal and goes on. */
  signal(signal: Deno.Signal): void {
    this.#process?.kill(signal);
  }

  /** Bytes that it has written. */
  written(): number {
    try {
      return Deno.statSync(this.out).size;
    } catch {
      return 0;
    }
  }

  /** Whole lines that it has written. */
  lines(): string[] {
    return this.written() === 0 ? [] : Deno.readTextFileSync(this.out).split("\n").slice(0, -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGCONT");
    await this.stop("SIGKILL");
  }
}

/** The text of the JSON event in a line of its log; a line that its end tore may hold a piece, and a whole. */
export function wholeEventIn(line: string): string | undefined {
  const start = line.lastIndexOf('{"EventID"');
  return start >= 0 && line.endsWith("}") ? line.slice(start) : undefined;
}

/** Whether something listens on a TCP port of this host. */
export async function isTcpPortOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether something listens on a UDP port of this host. */
export function isUdpPortTaken(port: number): boolean {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port }).close();
    return false;
  } catch {
    return true;
  }
}

/** A TCP and UDP port that is free at the moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
