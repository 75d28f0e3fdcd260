/**
 * The options of one sink, `KEY=VALUE`, taken one by one by whoever knows them.
 */

/** A sink's text that cannot be understood; the message says what is wrong and what to type. */
export class SinkSyntaxError extends Error {
  override readonly name = "SinkSyntaxError";
  /** The option that is wrong, where it is one. */
  readonly option: string | undefined;

  constructor(message: string, option?: string) {
    super(message);
    this.option = option;
  }
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
const SIZE = /^(\d{1,12})([KMG]?)$/i;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `65536`, `64K`, `32M`, `1g` in bytes, wherever a size is written; undefined for what is none. */
export function sizeInBytes(text: string): number | undefined {
  const match = SIZE.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2].toUpperCase()];
}

const IN_URL = /:\/\/[^/\s]*@/g;
const SECRET = /([\w-]*(?:token|secret|passw|api-?key)[\w-]*)(["']?\s*[=:]\s*)(?:[^,]|,,)*/gi;
const LONGEST_SHOWN = 500;
const NAMES_A_PLACE = /-(?:file|env)$/i;

/** A sink's text, or a line of settings, without what somebody took for a place for secrets. */
export function withoutSecrets(text: string): string {
  return text.replace(IN_URL, "://…@").replace(
    SECRET,
    (whole, key, equals) => NAMES_A_PLACE.test(key) ? whole : `${key}${equals}…`,
  );
}

/** A text from outside for a message: in quotes, cut, without secrets. */
export function shownInput(text: string): string {
  const cut = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return JSON.stringify(withoutSecrets(cut));
}

/** Options that were given; each may be taken once. */
export class Settings {
  readonly #sink: string;
  readonly #values: Map<string, string>;
  readonly #known: string[] = [];

  /** `sink` is the whole text, for messages. */
  constructor(sink: string, values: ReadonlyMap<string, string>) {
    this.#sink = sink;
    this.#values = new Map(values);
  }

  /** The text of an option, or undefined; never empty. */
  take(key: string): string | undefined {
    this.#known.push(key);
    const value = this.#values.get(key);
    this.#values.delete(key);
    if (value === "") throw this.refusal(`${key} has no value; give it one, or leave it out`, key);
    return value;
  }

  /** A number of bytes such as 500K, 100M or 2G, not below `least`. */
  takeSize(key: string, least: number): number | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    const bytes = sizeInBytes(value);
    if (bytes === undefined || bytes < least) {
      const from = least < 1024 ? String(least) : `${least / 1024}K`;
      throw this.refusal(
        `${key} takes a number of bytes from ${from} on, such as 500K, 100M or 2G`,
        key,
      );
    }
    return bytes;
  }

  /** Milliseconds, from a text such as 30s, 15m, 12h or 7d. */
  takeDuration(key: string): number | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    const match = /^([1-9]\d{0,5})([smhd])$/.exec(value);
    if (match === null) throw this.refusal(`${key} takes a time such as 30s, 15m, 12h or 7d`, key);
    return Number(match[1]) * SECONDS[match[2]] * 1000;
  }

  /** A whole number from 0 to `most`. */
  takeCount(key: string, what: string, most: number): number | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (!/^\d{1,9}$/.test(value) || Number(value) > most) {
      throw this.refusal(`${key} takes ${what} from 0 to ${most}`, key);
    }
    return Number(value);
  }

  /** One of `words`. */
  takeWord<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    const word = words.find((known) => known === value);
    if (word === undefined) throw this.refusal(`${key} takes ${words.join(" or ")}`, key);
    return word;
  }

  /** @throws {SinkSyntaxError} naming an option that nobody took. */
  allTaken(): void {
    for (const key of this.#values.keys()) {
      const known = this.#known.length === 0
        ? "this target has no options"
        : `use ${this.#known.join(" or ")}`;
      throw this.refusal(`${shownInput(key)} is not an option here; ${known}`, key);
    }
  }

  /** The error that says why this sink's text, or an option of it, cannot be understood. */
  refusal(why: string, option?: string): SinkSyntaxError {
    return new SinkSyntaxError(`Cannot parse sink ${shownInput(this.#sink)}: ${why}`, option);
  }
}
