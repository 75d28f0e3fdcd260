/**
 * On Windows the launcher answers the service control manager. What that wants comes as lines on
 * standard input; how the sensor is doing goes to standard output, a word a line
 * (`native/launcher/src/windows/service.rs`).
 */
import { readLines } from "../control/lines.ts";
import type { Manager } from "./notify.ts";

/** The launcher ends a sensor that is silent for twice as long, and Windows starts it again. */
const SILENCE_MS = 30_000;
const LONGEST_CONTROL = 64;

/** The launcher, as the service's manager. */
export class Launcher implements Manager {
  readonly watchdogMilliseconds = SILENCE_MS;
  readonly #encoder = new TextEncoder();

  /** Calls one of the two whenever the launcher says so; a launcher that is gone means `stop`. */
  async follow(stop: () => void, reload: () => void): Promise<void> {
    for await (const control of readLines(Deno.stdin, LONGEST_CONTROL)) {
      if (control === "reload") reload();
      else if (control === "stop") break;
    }
    stop();
  }

  ready(): void {
    this.#say("ready");
  }

  /** Windows has no word for it. */
  reloading(): void {}

  /** The launcher knows, for it said so; or else it sees the end. */
  stopping(): void {}

  alive(): void {
    this.#say("alive");
  }

  #say(word: string): void {
    try {
      Deno.stdout.writeSync(this.#encoder.encode(`${word}\n`));
    } catch {
      // Without a launcher standard input has ended, too.
    }
  }
}
