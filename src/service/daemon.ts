/**
 * An instance's running sensor: its configuration is that in /etc/NAME, comes into force at the
 * start and on request, and is watched for changes that nobody asked for.
 */
import { configurationChanged, errorReport } from "../sensor/own_events.ts";
import type { Policy } from "../sensor/policy.ts";
import type { Sensor } from "../sensor/sensor.ts";
import type { Identity } from "./identity.ts";
import type { Manager } from "./notify.ts";
import { writePrivately } from "./private_files.ts";
import {
  type DaemonState,
  keepRunning,
  placesOf,
  readInstallation,
  readRunning,
  readStored,
  type RunningConfiguration,
  type StoredConfiguration,
} from "./stored.ts";

/** A configuration, ready to come into force. */
export interface Loaded {
  readonly policy: Policy;
  readonly running: RunningConfiguration;
}

/** Compiles bytes; `name` is for event 16. Throws with a reason for what is no configuration. */
export type Compile = (
  bytes: Uint8Array<ArrayBuffer>,
  fileName: string,
  name: string,
) => Promise<Policy>;

const LOOK_EVERY_MS = 1000;

/** Names of what nobody gave (config-semantics T20): at the start, and after `-c --`. */
const [DEFAULTS, NO_NAME] = ["Defaults", "-"];

async function load(identity: Identity, compile: Compile, unnamed: string): Promise<Loaded> {
  const { path, bytes } = readStored(identity);
  const installation = readInstallation(identity);
  const name = installation === undefined ? path : installation.configuration ?? unnamed;
  const policy = await compile(bytes, path, name);
  return { policy, running: { ...policy.source, fileName: path, base64: bytes.toBase64() } };
}

/**
 * The stored configuration; when it cannot be used, the one that ran last, with `problem` saying why.
 *
 * @throws when neither can be used
 */
export async function loadToStart(
  identity: Identity,
  compile: Compile,
): Promise<Loaded & { readonly problem?: string }> {
  try {
    return await load(identity, compile, DEFAULTS);
  } catch (error) {
    const running = readRunning(identity);
    if (running === undefined) throw error;
    const { bytes, ...kept } = running;
    const policy = await compile(bytes, kept.fileName, kept.name);
    const reason = (error as Error).message;
    return { policy, running: kept, problem: `${reason}; what ran last goes on` };
  }
}

/** Steers a sensor that was made with what {@link loadToStart} gave. */
export class Daemon {
  readonly #identity: Identity;
  readonly #sensor: Sensor;
  readonly #manager: Manager;
  readonly #compile: Compile;
  readonly #say: (text: string) => void;
  #running: RunningConfiguration;
  #generation = 0;
  #reloading: Promise<unknown> = Promise.resolve();
  /** The reload that has not begun. */
  #waiting: Promise<string | undefined> | undefined;
  #timers: ReturnType<typeof setInterval>[] = [];
  #lookedAt: string | undefined;
  #told: string | undefined;
  #turns = -1;

  constructor(parts: {
    readonly identity: Identity;
    readonly sensor: Sensor;
    readonly manager: Manager;
    readonly compile: Compile;
    readonly running: RunningConfiguration;
    readonly say: (text: string) => void;
  }) {
    this.#identity = parts.identity;
    this.#sensor = parts.sensor;
    this.#manager = parts.manager;
    this.#compile = parts.compile;
    this.#running = parts.running;
    this.#say = parts.say;
  }

  /** To be called once the sensor captures; `problem` is that of {@link loadToStart}. */
  begin(problem: string | undefined): void {
    if (problem !== undefined) this.#complain(problem);
    try {
      keepRunning(this.#identity, this.#running);
    } catch (error) {
      this.#complain(`what runs is not kept for the next start: ${(error as Error).message}`);
    }
    this.#tell(null);
    this.#manager.ready(this.#running.name);
    this.#timers.push(setInterval(() => this.#look(), LOOK_EVERY_MS));
    const { watchdogMilliseconds } = this.#manager;
    if (watchdogMilliseconds !== undefined) {
      this.#timers.push(setInterval(() => this.#beat(), watchdogMilliseconds / 3));
    }
  }

  /** No more timers. */
  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#manager.stopping();
  }

  /**
   * One after the other; who asks while another waits has that one's answer. Why the stored configuration
   * is not in force, or undefined.
   */
  reload(): Promise<string | undefined> {
    this.#waiting ??= this.#reloading.then(() => {
      this.#waiting = undefined;
      return this.#reload();
    });
    this.#reloading = this.#waiting;
    return this.#waiting;
  }

  async #reload(): Promise<string | undefined> {
    this.#manager.reloading();
    let refused: string | undefined;
    try {
      const { policy, running } = await load(this.#identity, this.#compile, NO_NAME);
      // First: what cannot be kept, and so not be shown either, does not come into force.
      keepRunning(this.#identity, running);
      try {
        this.#sensor.reload(policy);
      } catch (error) {
        keepRunning(this.#identity, this.#running);
        throw error;
      }
      this.#running = running;
      this.#say("configuration reloaded");
    } catch (error) {
      refused = (error as Error).message;
      this.#say(`not reloaded, the old configuration stays: ${refused}`);
    }
    this.#tell(refused ?? null);
    this.#manager.ready(this.#running.name);
    return refused;
  }

  #complain(problem: string): void {
    this.#sensor.announce(errorReport("Configuration", problem));
    this.#say(`warning: ${problem}`);
  }

  #tell(refused: string | null): void {
    const state: DaemonState = { pid: Deno.pid, generation: ++this.#generation, refused };
    try {
      writePrivately(placesOf(this.#identity).state, JSON.stringify(state));
    } catch (error) {
      // The sensor is not to end because nobody can be told.
      this.#say(`warning: whoever waits for the service is not told: ${(error as Error).message}`);
    }
  }

  /** Only a sensor that still works says so. */
  #beat(): void {
    if (this.#sensor.turns === this.#turns) return;
    this.#turns = this.#sensor.turns;
    this.#manager.alive();
  }

  /** A file that stays as it is from one look to the next is no longer being written. */
  #look(): void {
    const state = fingerprint(placesOf(this.#identity).configurations);
    const isSettled = state === this.#lookedAt;
    this.#lookedAt = state;
    if (!isSettled || state === this.#told) return;
    this.#told = state;
    let stored: StoredConfiguration;
    try {
      stored = readStored(this.#identity);
    } catch (error) {
      this.#report({ name: (error as Error).message, hash: NO_NAME });
      return;
    }
    if (stored.bytes.toBase64() === this.#running.base64) return;
    const hash = this.#sensor.policy.hasher?.hashBytes(stored.bytes) ?? NO_NAME;
    this.#report({ name: `${stored.path} (changed, not in force)`, hash });
  }

  #report(source: Policy["source"]): void {
    this.#say(`${source.name}; reload to put it into force`);
    this.#sensor.announce(configurationChanged(source));
  }
}

function fingerprint(paths: readonly string[]): string {
  return paths.map((path) => {
    try {
      const { ino, size, mtime, ctime } = Deno.statSync(path);
      return `${ino} ${size} ${mtime?.getTime()} ${ctime?.getTime()}`;
    } catch {
      return "-";
    }
  }).join("\n");
}
