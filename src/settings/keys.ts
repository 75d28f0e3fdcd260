/** Every key of a settings file but `sinks`, with what it takes. */
import { parseAddress } from "../metrics/mod.ts";
import { sizeInBytes } from "../sinks/settings.ts";
import type { Settings } from "./model.ts";

/** One key whose value is a text. */
export interface Key {
  /** Which property it sets. */
  readonly property: Exclude<keyof Settings, "sinks">;
  readonly fallback: Value;
  /** What it takes, as said to who wrote something else. */
  readonly takes: string;
  /** The value, or undefined when the text is none. */
  read(text: string): Value;
}

type Value = Settings[Key["property"]];

function size(text: string, least: number, most: number): number | undefined {
  const bytes = sizeInBytes(text);
  return bytes !== undefined && bytes >= least && bytes <= most ? bytes : undefined;
}

/** By name, in the order of the documentation. */
export const KEYS: Readonly<Record<string, Key>> = {
  ring: {
    property: "ringBytes",
    fallback: 16 * 2 ** 20,
    takes: "a power of two from 4K to 2G, such as 32M",
    read(text) {
      const bytes = size(text, 4096, 2 ** 31);
      return bytes !== undefined && Math.log2(bytes) % 1 === 0 ? bytes : undefined;
    },
  },
  "max-arguments": {
    property: "maxArguments",
    fallback: 64 * 2 ** 10,
    takes: "a size of at most 256K, such as 64K",
    read: (text) => size(text, 1, 256 * 2 ** 10),
  },
  queue: {
    property: "queueBytes",
    fallback: 8 * 2 ** 20,
    takes: "a size from 64K to 1G, such as 8M",
    read: (text) => size(text, 64 * 2 ** 10, 2 ** 30),
  },
  protect: {
    property: "protect",
    fallback: false,
    takes: "true or false",
    read: (text) => text === "true" ? true : text === "false" ? false : undefined,
  },
  metrics: {
    property: "metrics",
    fallback: undefined,
    takes: "a port, or HOST:PORT, such as 9469 or 0.0.0.0:9469",
    read: parseAddress,
  },
};

/** The key of the list of sinks. */
export const SINKS = "sinks";
