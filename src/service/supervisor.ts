/**
 * Keeps a daemon running where no service manager does: starts it again when it fails, later and
 * later, and writes what it says to a log.
 */
import { openForAppending } from "../files/safe_open.ts";

/** How a daemon is supervised. */
export interface SupervisorOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the daemon's standard error goes, with what the supervisor has to say. */
  readonly log: string;
  /** First and longest pause before a start, in milliseconds; 1 s and 60 s when absent. */
  readonly pauses?: { readonly first: number; readonly longest: number };
}

const PAUSES = { first: 1_000, longest: 60_000 };
/** A daemon that ran for so long has not failed at its start. */
const STEADY_MS = 60_000;
/** How long a daemon may take to write what it has before it is killed. */
const STOP_MS = 15_000;
const LOG_BYTES = 1 << 20;
/** The daemon itself says that starting it again is of no use. */
const FINAL_CODES = [0, 2];

/** Runs until {@link stop}, or until the daemon ends for good. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #child: Deno.ChildProcess | undefined;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** The exit code of the daemon's last run. */
  async run(): Promise<number> {
    const { first, longest } = this.#options.pauses ?? PAUSES;
    let pause = first;
    for (;;) {
      const begin = performance.now();
      const code = await this.#runOnce();
      if (this.#stopping || FINAL_CODES.includes(code)) return code;
      if (performance.now() - begin > STEADY_MS) pause = first;
      this.#say(`the sensor ended with ${code}; it is started again in ${pause / 1000} s`);
      await this.#sleep(pause);
      if (this.#stopping) return code;
      pause = Math.min(pause * 2, longest);
    }
  }

  /**
   * Has the daemon end by a signal that it knows, by force if it takes too long; {@link run} returns
   * then.
   */
  stop(how: Deno.Signal): void {
    this.#stopping = true;
    this.#wake();
    this.signal(how);
    const timer = setTimeout(() => this.signal("SIGKILL"), STOP_MS);
    Deno.unrefTimer(Number(timer));
  }

  /** Passes a signal on to the daemon, if it runs. */
  signal(name: Deno.Signal): void {
    try {
      this.#child?.kill(name);
    } catch (error) {
      // It has just ended.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #runOnce(): Promise<number> {
    const { program, args } = this.#options;
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(program, {
        args: [...args],
        cwd: "/",
        stdin: "null",
        // A container's log, where a sink may write.
        stdout: "inherit",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      this.#say(`cannot start ${program}: ${(error as Error).message}`);
      return 3;
    }
    this.#child = child;
    for await (const bytes of child.stderr) this.#log(bytes);
    const { code } = await child.status;
    this.#child = undefined;
    return code;
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #say(text: string): void {
    this.#log(new TextEncoder().encode(`${new Date().toISOString()} ${text}\n`));
  }

  /** A full disk must not end the supervision. */
  #log(bytes: Uint8Array): void {
    const { log } = this.#options;
    try {
      using file = openForAppending(log);
      file.writeSync(bytes);
      if (file.statSync().size > LOG_BYTES) Deno.renameSync(log, `${log}.1`);
    } catch {
      // There is nobody left to tell.
    }
  }
}
