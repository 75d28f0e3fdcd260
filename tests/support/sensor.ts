/** A running sensor: starting it, knowing when it captures, ending it, and what it said. */
import assert from "node:assert/strict";
import { MONOMI } from "./environment.ts";
import { until, within } from "./waiting.ts";

const READY = "monomi: capturing";
const SUMMARY = '{"summary":';

/** What a sensor counted: the line that `--stats` adds to standard error. */
export interface Summary {
  readonly seconds: number;
  /** Per event id. */
  readonly events: Readonly<
    Record<string, { readonly seen: number; readonly filtered: number; readonly written: number }>
  >;
  readonly sinks: readonly {
    readonly name: string;
    readonly written: number;
    readonly dropped: number;
    /** By the limit that made it so. */
    readonly drops: Readonly<Record<string, number>>;
    readonly spooled: number;
  }[];
  readonly capture: {
    /** Per kind of kernel record (`exec`, `fileCreate`, …): what was captured, lost, cut. */
    readonly kinds: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly programs: readonly {
      readonly name: string;
      readonly runTimeNs: number;
      readonly runCount: number;
    }[];
    readonly ringBytes: number;
  };
  /** Files that may have been programs. */
  readonly candidates?: {
    readonly captured: number;
    readonly programs: number;
    readonly notPrograms: number;
    readonly lost: Readonly<Record<string, number>>;
  };
  readonly hashing?: Readonly<Record<string, unknown>>;
  readonly resources: {
    readonly userMs: number;
    readonly systemMs: number;
    readonly maxRssKb: number;
  };
}

/** A sensor that has ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stderr: string;
  /** Undefined when it printed none. */
  readonly summary: Summary | undefined;
}

/** How a sensor is started. */
export interface SensorOptions {
  readonly program?: string;
  readonly cwd?: string;
  /** The whole environment; without it the test's own. */
  readonly env?: Record<string, string>;
  /** Is given each line of standard output. */
  readonly onLine?: (line: string) => void;
}

/** A sensor process. */
export class Sensor implements AsyncDisposable {
  readonly pid: number;
  /** Standard error so far. */
  stderr = "";
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  #ended: Deno.CommandStatus | undefined;

  private constructor(args: readonly string[], options: SensorOptions) {
    const { program = MONOMI, cwd, env, onLine } = options;
    this.#child = new Deno.Command(program, {
      args: [...args],
      cwd,
      env,
      clearEnv: env !== undefined,
      stdin: "null",
      stdout: onLine === undefined ? "null" : "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    const readings = [this.#readStderr()];
    if (onLine !== undefined) readings.push(readLines(this.#child.stdout, onLine));
    this.#output = Promise.all(readings);
    this.#child.status.then((status) => this.#ended = status);
  }

  /** Starts the program without waiting for anything. */
  static launch(args: readonly string[], options: SensorOptions = {}): Sensor {
    return new Sensor(args, options);
  }

  /** Starts the program and waits until it captures. @throws when it ends instead. */
  static async start(args: readonly string[], options: SensorOptions = {}): Promise<Sensor> {
    const sensor = new Sensor(args, options);
    await sensor.ready();
    return sensor;
  }

  /** Waits until everything that happens from now on is captured. */
  async ready(): Promise<void> {
    await this.hasSaid(READY);
  }

  /** Waits until standard error holds `text`. @throws when the sensor ends without. */
  async hasSaid(text: string): Promise<void> {
    await until(`"${text}" from the sensor`, async () => {
      if (this.stderr.includes(text)) return true;
      if (this.#ended === undefined) return false;
      await this.#output;
      if (this.stderr.includes(text)) return true;
      throw new Error(`the sensor ended with ${this.#ended.code}: ${this.stderr}`);
    });
  }

  /** Whether the process is there. */
  get isRunning(): boolean {
    return this.#ended === undefined;
  }

  /** Sends a signal and goes on. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for the end. */
  async end(): Promise<Ended> {
    const status = await within("the sensor's end", this.#child.status);
    await this.#output;
    const line = this.stderr.split("\n").find((line) => line.startsWith(SUMMARY));
    const summary = line === undefined ? undefined : JSON.parse(line).summary;
    return { code: status.code, signal: status.signal, stderr: this.stderr, summary };
  }

  /** Ends it as ctrl-C does; it must end with 0. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<Ended> {
    this.signal(signal);
    const ended = await this.end();
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) {
      try {
        this.signal("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
    await this.#child.status;
    await this.#output;
  }

  async #readStderr(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.stderr += text;
    }
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  }
}

/** Runs the program to its end without capturing. */
export async function monomi(...args: string[]): Promise<Ended & { stdout: string }> {
  const command = new Deno.Command(MONOMI, { args, stdin: "null" });
  const { code, signal, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return {
    code,
    signal,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    summary: undefined,
  };
}
