/** Checked access to the values of a test file: kinds, known keys, numbers. */
import { type Code, escapeUnprintable, quote } from "../config/mod.ts";
import type { Help, Reporter } from "../config/diagnostics.ts";
import { didYouMean } from "../config/suggest.ts";
import type { ListValue, MapEntry, MapValue, ScalarValue, Value } from "./tree.ts";

const KINDS: Readonly<Record<Value["kind"], string>> = {
  scalar: "a single value",
  list: "a list",
  map: "a map",
};

/** Reads values and reports what they should have been; each problem once. */
export class Shape {
  readonly #reporter: Reporter;
  readonly #reported = new Set<string>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** Reports an error, unless the same was reported for the same place. */
  error(code: Code, offset: number, message: string, help?: Help): undefined {
    const key = `${offset} ${message}`;
    if (this.#reported.has(key)) return undefined;
    this.#reported.add(key);
    const said = () => {
      const text = typeof help === "function" ? help() : help;
      return text === undefined ? undefined : oneLine(text);
    };
    this.#reporter.error(code, offset, oneLine(message), said);
    return undefined;
  }

  /** A map whose keys are all among `known`; others are reported and left out. */
  map(value: Value, what: string, known: readonly string[]): MapValue | undefined {
    const map = this.anyMap(value, what);
    if (map === undefined) return undefined;
    const entries = new Map<string, MapEntry>();
    for (const [name, entry] of map.entries) {
      if (known.includes(name)) entries.set(name, entry);
      else this.#unknownKey(name, entry.keyOffset, what, known);
    }
    return { ...map, entries };
  }

  /** A map with any keys. */
  anyMap(value: Value, what: string): MapValue | undefined {
    if (value.kind === "map") return value;
    return this.error("MON305", value.offset, `${what} must be a map, not ${KINDS[value.kind]}`);
  }

  /** A list that is not empty. */
  list(value: Value, what: string): ListValue | undefined {
    if (value.kind === "list" && value.items.length > 0) return value;
    const found = value.kind === "list" ? "an empty one" : KINDS[value.kind];
    return this.error("MON305", value.offset, `${what} must be a list, not ${found}`);
  }

  /** A text, number or truth value, as written. */
  scalar(value: Value, what: string): ScalarValue | undefined {
    if (value.kind !== "scalar") {
      return this.error("MON305", value.offset, `${what} must be a text, not ${KINDS[value.kind]}`);
    }
    if (value.value !== null) return value;
    return this.error("MON305", value.offset, `${what} has no value`, `write "-" for no data`);
  }

  /** One value or a list of them. */
  scalars(value: Value, what: string): ScalarValue[] {
    const items = value.kind === "list" ? this.list(value, what)?.items ?? [] : [value];
    return items.flatMap((item) => this.scalar(item, what) ?? []);
  }

  /** A whole number from 0. */
  count(value: Value, what: string): number | undefined {
    if (value.kind === "scalar" && /^\d{1,15}$/.test(value.text)) return Number(value.text);
    return this.error("MON305", value.offset, `${what} must be a whole number from 0`);
  }

  /** One of `allowed`. */
  oneOf<T extends string>(value: Value, what: string, allowed: readonly T[]): T | undefined {
    const scalar = this.scalar(value, what);
    if (scalar === undefined) return undefined;
    const found = allowed.find((item) => item === scalar.text);
    if (found !== undefined) return found;
    return this.error(
      "MON305",
      scalar.offset,
      `${what} must be ${allowed.join(" or ")}, not ${quote(scalar.text)}`,
      () => didYouMean(scalar.text, allowed),
    );
  }

  #unknownKey(name: string, offset: number, what: string, known: readonly string[]): void {
    const help = () => didYouMean(name, known) ?? `known keys: ${known.join(", ")}`;
    this.error("MON303", offset, `unknown key ${quote(name)} in ${what}`, help);
  }
}

const LONGEST_LINE = 400;

/** Names of keys stand in messages, and anything may be in a name. */
function oneLine(text: string): string {
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
  return escapeUnprintable(cut);
}
