/** A real systemd-journald of the test's own: a namespace beside the host's, no systemd. */
import { exists, output } from "./environment.ts";
import { until } from "./waiting.ts";

export const JOURNALD = "/lib/systemd/systemd-journald";

/** Why it cannot be had here, or undefined. */
export const journaldImpossible: string | undefined = Deno.uid() !== 0
  ? "not root"
  : !exists(JOURNALD)
  ? `no ${JOURNALD} (apt-get install systemd)`
  : !exists("/etc/machine-id")
  ? "no /etc/machine-id (systemd-machine-id-setup)"
  : undefined;

/** A field of an entry as journald's JSON has it. */
export type JournalValue = string | number[];

/** A journald that keeps its entries in memory. */
export class Journald implements AsyncDisposable {
  readonly #namespace = `monomi-${crypto.randomUUID().slice(0, 8)}`;
  readonly #run = `/run/systemd/journal.${this.#namespace}`;
  readonly #configuration = `/etc/systemd/journald@${this.#namespace}.conf`;
  readonly #holder: Holder | undefined;
  #process: Deno.ChildProcess | undefined;
  #pid = 0;

  /** With `holder`, the program hold_socket, its socket outlives it, as where systemd holds it. */
  constructor(holder?: string) {
    if (holder !== undefined) this.#holder = new Holder(holder);
  }

  get socket(): string {
    return `${this.#run}/socket`;
  }

  async start(): Promise<void> {
    await Deno.mkdir(this.#run, { recursive: true });
    await Deno.writeTextFile(
      this.#configuration,
      "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nRuntimeMaxUse=2G\nRuntimeKeepFree=1M\n",
    );
    if (this.#holder === undefined) {
      this.#process = new Deno.Command(JOURNALD, {
        args: [this.#namespace],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      this.#pid = this.#process.pid;
    } else {
      this.#pid = await this.#holder.start(this.socket, [JOURNALD, this.#namespace]);
    }
    await until("journald's socket", () => exists(this.socket));
  }

  signal(signal: Deno.Signal): void {
    Deno.kill(this.#pid, signal);
  }

  /** The messages of all entries, in the order of the journal. */
  async messages(): Promise<string[]> {
    return (await this.#read("cat")).split("\n").slice(0, -1);
  }

  /** What it has: one object an entry. */
  async entries(): Promise<Record<string, JournalValue>[]> {
    return (await this.#read("json")).split("\n").filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  async #read(format: string): Promise<string> {
    const args = [
      `--namespace=${this.#namespace}`,
      `--output=${format}`,
      // Long fields, too.
      "--all",
      "SYSLOG_IDENTIFIER=sysmon",
    ];
    // An empty journal is answered with a complaint and exit code 1.
    const { stdout } = await new Deno.Command("journalctl", { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder?.end();
    if (this.#process !== undefined) {
      this.signal("SIGCONT");
      this.signal("SIGKILL");
      await this.#process.status;
    }
    const machine = (await Deno.readTextFile("/etc/machine-id")).trim();
    await output(
      "rm",
      ...["-rf", this.#run, this.#configuration],
      ...["/run", "/var"].map((root) => `${root}/log/journal/${machine}.${this.#namespace}`),
    );
  }
}

/** What systemd does for the socket: tests/load/hold_socket.c. */
class Holder {
  readonly #program: string;
  #process: Deno.ChildProcess | undefined;
  #orders: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #answers: ReadableStreamDefaultReader<string> | undefined;

  constructor(program: string) {
    this.#program = program;
  }

  /** Starts the daemon, again after it has ended. @returns its process id */
  async start(socket: string, daemon: readonly string[]): Promise<number> {
    if (this.#process === undefined) {
      this.#process = new Deno.Command(this.#program, {
        args: [socket, ...daemon],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      this.#orders = this.#process.stdin.getWriter();
      this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    }
    await this.#orders!.write(Uint8Array.of(10));
    return Number((await this.#answers!.read()).value);
  }

  async end(): Promise<void> {
    await this.#orders?.close();
    await this.#answers?.cancel();
    await this.#process?.status;
  }
}
