/** The text of a settings file -> settings, with a place for everything that is wrong. */
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { type Diagnostic, quote, Reporter } from "../config/diagnostics.ts";
import type { Span } from "../config/place.ts";
import { SourceText } from "../config/source.ts";
import { didYouMean } from "../config/suggest.ts";
import { scanYaml } from "../config/yaml/scan.ts";
import { type OptionValue, parseSink, sinkFromParts, SinkSyntaxError } from "../sinks/mod.ts";
import type { SinkSpec } from "../sinks/mod.ts";
import { KEYS, SINKS } from "./keys.ts";
import type { Settings } from "./model.ts";

/** Settings, absent when there are errors, and everything worth telling about the file. */
export interface LoadedSettings {
  readonly settings?: Settings;
  readonly diagnostics: readonly Diagnostic[];
}

const ALL_KEYS = [SINKS, ...Object.keys(KEYS)];
const MOST_SINKS = 32;

/**
 * Reads settings. Never throws for bad input. `defaultSinks` are the sinks of a file that names none.
 */
export function loadSettings(
  bytes: Uint8Array,
  fileName: string,
  defaultSinks: readonly string[],
): LoadedSettings {
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  const reader = new Reader(new SourceText(fileName, text));
  const settings = reader.read(defaultSinks);
  return reader.finish(settings);
}

class Reader {
  readonly #reporter: Reporter;

  constructor(readonly source: SourceText) {
    this.#reporter = new Reporter(source, false);
  }

  finish(settings: Settings): LoadedSettings {
    const diagnostics = this.#reporter.finish();
    return this.#reporter.hasErrors ? { diagnostics } : { settings, diagnostics };
  }

  read(defaultSinks: readonly string[]): Settings {
    const scanned = scanYaml(this.source.text);
    if (scanned.refusal !== undefined) {
      const { code, offset, end, message, help } = scanned.refusal;
      this.#reporter.error(code, end === undefined ? offset : { offset, end }, message, help);
    }
    const contents = scanned.refusal === undefined ? scanned.contents : undefined;
    const given = new Map(this.#entries(contents, ALL_KEYS, "settings"));
    const values = Object.entries(KEYS).map(([name, { property, fallback, takes, read }]) => {
      const node = given.get(name);
      if (node === undefined) return [property, fallback];
      const text = textOf(node);
      const value = text === undefined ? undefined : read(text);
      if (value === undefined) {
        this.#reporter.error("MON502", placeOf(node), `${name} takes ${takes}`);
      }
      return [property, value];
    });
    const sinks = given.has(SINKS)
      ? this.#sinks(given.get(SINKS)!)
      : defaultSinks.map((text) => parseSink(text));
    return { ...Object.fromEntries(values), sinks } as unknown as Settings;
  }

  #sinks(node: Node): SinkSpec[] {
    if (!isSeq(node) || node.items.length === 0 || node.items.length > MOST_SINKS) {
      this.#reporter.error(
        "MON502",
        placeOf(node),
        `${SINKS} takes a list of 1 to ${MOST_SINKS} sinks`,
        "begin each with a dash, such as `- json:/var/log/monomi/events.json,size=100M`",
      );
      return [];
    }
    return node.items.flatMap((item) => this.#sink(item as Node) ?? []);
  }

  #sink(node: Node): SinkSpec | undefined {
    try {
      const text = textOf(node);
      if (text !== undefined) return parseSink(text);
      const parts = this.#entries(node, undefined, "a sink");
      const texts = parts.map(([key, value]) => [key, this.#option(key, value)] as const);
      if (texts.some(([, value]) => value === undefined)) return undefined;
      const { format, to, ...options } = Object.fromEntries(texts) as Record<string, OptionValue>;
      if (format === undefined || to === undefined) {
        const missing = format === undefined ? "format" : "to";
        this.#reporter.error(
          "MON503",
          placeOf(node),
          `this sink has no ${missing}`,
          "write `{format: json, to: TARGET}`, or the text of --sink",
        );
        return undefined;
      }
      return sinkFromParts(String(format), String(to), options);
    } catch (error) {
      if (!(error instanceof SinkSyntaxError)) throw error;
      this.#reporter.error("MON503", placeOf(node), error.message);
      return undefined;
    }
  }

  #option(key: string, node: Node): OptionValue | undefined {
    const text = textOf(node);
    if (text === undefined) {
      this.#reporter.error("MON502", placeOf(node), `${quote(key)} takes a text or a number`);
    }
    return text;
  }

  /** The pairs of a map with values, each key once; `known`: which there may be. */
  #entries(
    node: Node | undefined,
    known: readonly string[] | undefined,
    what: string,
  ): [string, Node][] {
    if (node === undefined || (isScalar(node) && textOf(node) === "")) return [];
    if (!isMap(node)) {
      this.#reporter.error("MON502", placeOf(node), `${what} must be a map of keys and values`);
      return [];
    }
    const found = new Map<string, Node>();
    for (const { key, value } of (node as YAMLMap).items as Pair<Node, Node | null>[]) {
      const name = textOf(key) ?? "";
      if (known !== undefined && !known.includes(name)) {
        this.#reporter.error(
          "MON501",
          placeOf(key),
          `there is no setting ${quote(name)}`,
          didYouMean(name, known) ?? `there are: ${known.join(", ")}`,
        );
      } else if (found.has(name)) {
        this.#reporter.error("MON207", placeOf(key), `${quote(name)} is given twice`);
      } else if (value === null) {
        this.#reporter.error("MON502", placeOf(key), `${quote(name)} has no value`);
      } else {
        found.set(name, value);
      }
    }
    return [...found];
  }
}

function textOf(node: Node | null): string | undefined {
  return isScalar(node) ? String(node.value ?? "") : undefined;
}

function placeOf(node: Node): Span {
  const [offset, end] = node.range!;
  return { offset, end };
}
