/** The text of a settings file -> settings, with a place for everything that is wrong. */
import { isAbsolute } from "node:path";
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { decode } from "../config/encoding.ts";
import {
  type Diagnostic,
  diagnosticAt,
  escapeUnprintable,
  quote,
  Reporter,
} from "../config/diagnostics.ts";
import type { Span } from "../config/place.ts";
import { SourceText } from "../config/source.ts";
import { didYouMean } from "../config/suggest.ts";
import { scanYaml } from "../config/yaml/scan.ts";
import {
  fileKind,
  type FilePlace,
  type OptionValue,
  parseSink,
  sinkFromParts,
  SinkSyntaxError,
  targetOf,
  withoutSecrets,
} from "../sinks/mod.ts";
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
/** A configuration cannot be empty; settings can. */
const SHORTEST_TO_DECODE = 2;

/**
 * Reads settings. Never throws for bad input. `defaultSinks` are the sinks of a file that names none.
 */
export function loadSettings(
  bytes: Uint8Array,
  fileName: string,
  defaultSinks: readonly string[],
): LoadedSettings {
  const { text, problems } = bytes.length < SHORTEST_TO_DECODE
    ? { text: new TextDecoder().decode(bytes), problems: [] }
    : decode(bytes, false);
  if (text === undefined) {
    const diagnostics = problems.map(({ severity, code, message, textBefore, found }) =>
      diagnosticAt(
        new SourceText(fileName, textBefore + found),
        textBefore.length,
        severity,
        code,
        message,
      )
    );
    return { diagnostics };
  }
  const reader = new Reader(new SourceText(fileName, text.replace(/\r\n?/g, "\n")));
  const settings = reader.read(defaultSinks);
  return reader.finish(settings);
}

class Reader {
  readonly #reporter: Reporter;

  constructor(readonly source: SourceText) {
    this.#reporter = new Reporter(source, false);
  }

  finish(settings: Settings): LoadedSettings {
    const diagnostics = this.#reporter.finish().map(withoutSecretExcerpt);
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
    const targets = new Set<string>();
    return (node.items as Node[]).flatMap((item) => {
      const sink = this.#sink(item);
      if (sink === undefined) return [];
      const refuse = (why: string, help: string) =>
        this.#reporter.error("MON503", placeOf(item), why, help);
      const target = targetOf(sink);
      if (targets.has(target)) {
        refuse(`another sink writes to ${escapeUnprintable(target)}`, "give each its own target");
      }
      targets.add(target);
      const { place } = sink;
      if (place.kind === fileKind.kind && !isAbsolute((place as FilePlace).path)) {
        refuse("a service has no folder that paths begin in", "write the whole path");
      }
      return [sink];
    });
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
      const place = error.option === undefined ? placeOf(node) : this.#placeIn(node, error.option);
      this.#reporter.error("MON503", place, escapeUnprintable(error.message));
      return undefined;
    }
  }

  /** Where a sink has an option. */
  #placeIn(sink: Node, option: string): Span {
    const { offset, end } = placeOf(sink);
    if (isMap(sink)) {
      const pairs = sink.items as Pair<Node, Node | null>[];
      const { key, value } = pairs.find(({ key }) => textOf(key) === option)!;
      return { offset: placeOf(key).offset, end: placeOf(value ?? key).end };
    }
    const text = this.source.text.slice(offset, end);
    const at = text.indexOf(`,${option}=`) + 1;
    const length = text.slice(at).search(/[,"']|$/);
    return at === 0 ? { offset, end } : { offset: offset + at, end: offset + at + length };
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
  if (!isScalar(node)) return undefined;
  // As it is written: 0123 is a user's name, too.
  return node.value === null ? "" : typeof node.value === "string" ? node.value : node.source;
}

function placeOf(node: Node): Span {
  const [offset, end] = node.range!;
  return { offset, end };
}

/** A line that holds a secret by mistake is not shown: a service's messages are logged. */
function withoutSecretExcerpt(diagnostic: Diagnostic): Diagnostic {
  const { excerpt, ...rest } = diagnostic;
  return excerpt === undefined || withoutSecrets(excerpt.text) === excerpt.text ? diagnostic : rest;
}
