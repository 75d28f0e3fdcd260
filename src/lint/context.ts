/** What every check of the lint needs. */
import type { Diagnostic } from "../config/diagnostics.ts";
import { Reporter } from "../config/diagnostics.ts";
import type { Code } from "../config/codes.ts";
import type { Place } from "../config/place.ts";
import type { Condition, Config } from "../config/model.ts";

/** The system that a configuration is meant for. */
export type Platform = "linux" | "windows";

/** Which part of the check is wanted. */
export interface LintOptions {
  /** Adds what only this system has or lacks. */
  readonly platform?: Platform;
}

/** The lint of one configuration. */
export class LintContext {
  readonly #reporter: Reporter;
  readonly #groups = new Map<string, Group>();

  constructor(readonly config: Config, readonly platform: Platform | undefined) {
    this.#reporter = new Reporter(config.source, false);
  }

  warn(code: Code, place: Place, message: string, help?: string): void {
    this.#reporter.warn(code, place, message, help);
  }

  /**
   * Warns once for all findings with the same code and key, at the first one; `message` gets how many
   * more there are, as a text to append.
   */
  warnOnce(
    code: Code,
    key: string,
    place: Place,
    message: (more: string) => string,
    help?: string,
  ): void {
    const id = `${code} ${key}`;
    const group = this.#groups.get(id);
    if (group === undefined) this.#groups.set(id, { code, place, message, help, more: 0 });
    else group.more++;
  }

  /** A stretch of a condition's value; the whole value where that is written with entities. */
  within({ value, valueOffset }: Condition, index: number, length: number): Place {
    if (index < 0 || !this.config.source.text.startsWith(value, valueOffset)) return valueOffset;
    return { offset: valueOffset + index, end: valueOffset + index + length };
  }

  /** The line of a place, for messages that point elsewhere. */
  line(offset: number): number {
    return this.config.source.positionAt(offset).line;
  }

  finish(): Diagnostic[] {
    for (const { code, place, message, help, more } of this.#groups.values()) {
      const text = more === 0 ? "" : ` (and ${more} more like it)`;
      this.#reporter.warn(code, place, message(text), help);
    }
    return this.#reporter.finish();
  }
}

interface Group {
  readonly code: Code;
  readonly place: Place;
  readonly message: (more: string) => string;
  readonly help: string | undefined;
  more: number;
}
