/** YAML or JSON text -> plain values with their places, aliases resolved, within limits. */
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { quote, type SourceText } from "../config/mod.ts";
import type { Reporter } from "../config/diagnostics.ts";
import { composeYaml, MAX_DEPTH } from "./compose.ts";

/** A text, number, truth value or nothing. */
export interface ScalarValue {
  readonly kind: "scalar";
  /** As written, without quotes and escapes: `0123` stays `0123`. */
  readonly text: string;
  /** What YAML takes it for. */
  readonly value: unknown;
  readonly offset: number;
  readonly size: 1;
}

/** A list. */
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
  readonly offset: number;
  /** How many values it is made of, aliases counted wherever they stand. */
  readonly size: number;
}

/** An entry of a map, with the place of its key. */
export interface MapEntry {
  readonly keyOffset: number;
  readonly value: Value;
}

/** A map, its entries in document order. */
export interface MapValue {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly offset: number;
  /** As that of a list. */
  readonly size: number;
}

/** Any value. */
export type Value = ScalarValue | ListValue | MapValue;

const MAX_VALUES = 200_000;
const MERGE_KEY = "<<";

/** Ends reading; what is wrong was reported. */
class Refused extends Error {}

/** The document's value; undefined when there is an error, which is reported. */
export function parseTree(source: SourceText, reporter: Reporter): Value | undefined {
  const composed = composeYaml(source.text);
  if (composed.refusal !== undefined) {
    const { refusal } = composed;
    reporter.error(refusal.code, refusal.offset, oneLine(refusal.message));
    return undefined;
  }
  try {
    return new TreeBuilder(reporter).build(composed.contents, 0);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

function oneLine(message: string): string {
  return quote(message.split("\n", 1)[0].trim()).slice(1, -1);
}

class TreeBuilder {
  readonly #reporter: Reporter;
  readonly #anchors = new Map<string, Value>();
  #values = 0;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  build(node: unknown, offset: number, depth = 0): Value {
    const at = rangeStart(node) ?? offset;
    if (++this.#values > MAX_VALUES) {
      this.#refuse("MON302", at, `the file has more than ${MAX_VALUES} values`);
    }
    if (depth > MAX_DEPTH) {
      this.#refuse("MON302", at, `the file is nested more than ${MAX_DEPTH} levels deep`);
    }
    if (isAlias(node)) return this.#alias(node.source, at);
    const value = this.#build(node, at, depth);
    if (value.size > MAX_VALUES) {
      this.#refuse("MON302", at, `aliases make more than ${MAX_VALUES} values of this`);
    }
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, value);
    return value;
  }

  #build(node: unknown, offset: number, depth: number): Value {
    if (isMap(node)) {
      const entries = this.#entries(node, offset, depth);
      return { kind: "map", entries, offset, size: total(entries.values().map((e) => e.value)) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item, offset, depth + 1));
      return { kind: "list", items, offset, size: total(items) };
    }
    if (!isScalar(node)) return { kind: "scalar", text: "", value: null, offset, size: 1 };
    const text = typeof node.value === "string" ? node.value : node.source ?? String(node.value);
    return { kind: "scalar", text, value: node.value, offset, size: 1 };
  }

  #entries(map: YAMLMap, offset: number, depth: number): Map<string, MapEntry> {
    const entries = new Map<string, MapEntry>();
    const merged: MapValue[] = [];
    for (const { key, value } of map.items) {
      const keyOffset = rangeStart(key) ?? offset;
      const name = isScalar(key) && key.value !== null
        ? (typeof key.value === "string" ? key.value : key.source ?? String(key.value))
        : undefined;
      if (name === undefined) this.#refuse("MON301", keyOffset, "a key must be a plain text");
      const built = this.build(value, keyOffset, depth + 1);
      if (name === MERGE_KEY) {
        merged.push(...this.#merged(built));
      } else if (entries.has(name)) {
        this.#refuse("MON301", keyOffset, `the key ${quote(name)} is repeated`);
      } else {
        entries.set(name, { keyOffset, value: built });
      }
    }
    for (const source of merged) {
      this.#values += source.entries.size;
      for (const [name, entry] of source.entries) {
        if (!entries.has(name)) entries.set(name, entry);
      }
    }
    return entries;
  }

  #merged(value: Value): MapValue[] {
    const maps = value.kind === "list" ? value.items : [value];
    return maps.map((map) =>
      map.kind === "map"
        ? map
        : this.#refuse("MON305", value.offset, "<< takes a map or a list of maps")
    );
  }

  #alias(name: string, offset: number): Value {
    const value = this.#anchors.get(name);
    if (value !== undefined) return value;
    return this.#refuse("MON301", offset, `there is no finished &${oneLine(name)} before this`);
  }

  #refuse(code: "MON301" | "MON302" | "MON305", offset: number, message: string): never {
    this.#reporter.error(code, offset, message);
    throw new Refused();
  }
}

function total(values: Iterable<Value>): number {
  let size = 1;
  for (const value of values) size += value.size;
  return size;
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
