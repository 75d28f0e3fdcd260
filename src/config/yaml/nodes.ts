/** Texts, lists and maps of a YAML document with their places; notes where another one is needed. */
import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { escapeUnprintable, quote } from "../diagnostics.ts";
import type { PlacedText } from "../node.ts";
import type { Refusal } from "../prescan.ts";
import { FORBIDDEN_CHARACTER, forbiddenMessage } from "./scan.ts";

/** A key of a map and what belongs to it; `value` is undefined when nothing is written there. */
export interface YamlEntry {
  readonly key: PlacedText;
  readonly value: Node | undefined;
  readonly end: number;
}

/** Where a node begins and ends, without comments and blanks behind it. */
export interface Extent {
  readonly offset: number;
  readonly end: number;
}

/** Reads nodes of one text; what they should be and are not is kept in `problems`. */
export class YamlNodes {
  readonly problems: Refusal[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Notes a problem at a stretch of the text. */
  problem(code: Refusal["code"], place: Extent, message: string, help?: string): void {
    const { offset, end } = place;
    // Names in a message are what somebody wrote.
    const shown = escapeUnprintable(message);
    this.problems.push({ code, offset, end, message: shown, ...(help && { help }) });
  }

  /** Whether nothing is written there: `Rule:`, but not `Rule: ""`. */
  isNothing(node: Node | undefined): node is undefined {
    return node === undefined ||
      (isScalar(node) && node.type === "PLAIN" && node.range![0] === node.range![1]);
  }

  /** A text as it is spelled; a number, a date and `true` are texts, too. */
  text(node: Node, what: string, help?: string): PlacedText | undefined {
    if (!isScalar(node)) {
      this.problem(
        "MON208",
        this.extent(node),
        `${what} must be a text, not ${kindOf(node)}`,
        help,
      );
      return undefined;
    }
    const text = String(node.value);
    const place = { text, ...this.#inner(node) };
    // What stands in the file as itself has been looked at already.
    const forbidden = node.type === "QUOTE_DOUBLE" ? FORBIDDEN_CHARACTER.exec(text) : null;
    if (forbidden !== null) this.problem("MON205", place, forbiddenMessage(forbidden[0]));
    return place;
  }

  /** The items of a list; none when nothing is written there. */
  list(node: Node | undefined, what: string, help?: string): readonly Node[] {
    if (this.isNothing(node)) return [];
    if (isSeq(node)) return node.items as Node[];
    this.problem(
      "MON208",
      this.extent(node),
      `${what} must be a list, not ${kindOf(node)}`,
      help,
    );
    return [];
  }

  /** The entries of a map, or undefined when it is none. Repeated keys are noted and left out. */
  map(node: Node, what: string, help?: string): YamlEntry[] | undefined {
    if (!isMap(node)) {
      this.problem("MON208", this.extent(node), `${what} must be a map, not ${kindOf(node)}`, help);
      return undefined;
    }
    const entries = new Map<string, YamlEntry>();
    for (const pair of node.items) {
      const key = this.text(pair.key as Node, "a key");
      if (key === undefined) continue;
      if (entries.has(key.text)) {
        this.problem("MON207", key, `the key ${quote(key.text)} is repeated`);
        continue;
      }
      const value = (pair.value ?? undefined) as Node | undefined;
      const end = value === undefined ? key.end : Math.max(key.end, this.extent(value).end);
      entries.set(key.text, { key, value, end });
    }
    return [...entries.values()];
  }

  /** From its first character to behind its last one that is not blank. */
  extent(node: Node): Extent {
    const offset = node.range![0];
    let last: Node | null | undefined = node;
    while (last !== null && last !== undefined && !isScalar(last)) {
      if (!(isMap(last) || isSeq(last)) || last.flow || last.items.length === 0) break;
      const item: unknown = last.items[last.items.length - 1];
      last = isMap(last) ? lastOf(item as PairOfNodes) : item as Node;
    }
    let end = (last ?? node).range![1];
    while (end > offset && /\s/.test(this.#source[end - 1])) end--;
    return { offset, end };
  }

  /** What stands between the quotes, or below the `|` of a block. */
  #inner({ type, range }: Scalar): Extent {
    const [offset, end] = range!;
    if (type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE") {
      return { offset: offset + 1, end: end - 1 };
    }
    if (type !== "BLOCK_LITERAL" && type !== "BLOCK_FOLDED") return { offset, end };
    const lineEnd = this.#source.indexOf("\n", offset);
    if (lineEnd === -1 || lineEnd >= end) return { offset, end };
    const text = this.#source.slice(lineEnd, end);
    const blanks = text.length - text.trimStart().length;
    return { offset: lineEnd + blanks, end: end - (text.length - text.trimEnd().length) };
  }
}

interface PairOfNodes {
  readonly key: Node;
  readonly value: Node | null;
}

function lastOf({ key, value }: PairOfNodes): Node {
  return value ?? key;
}

function kindOf(node: Node): string {
  return isMap(node) ? "a map" : isSeq(node) ? "a list" : "a text";
}
