/** The text of a test file -> its cases, or what is wrong with it. */
import { type Diagnostic, SourceText } from "../config/mod.ts";
import { Reporter } from "../config/diagnostics.ts";
import { readExpected } from "./expected.ts";
import { Base, readEvent, readLogs } from "./given.ts";
import { type EngineName, ENGINES, type TestCase, type TestFile } from "./model.ts";
import { Row } from "./placeholders.ts";
import { Shape } from "./shape.ts";
import { type MapValue, parseTree, type ScalarValue, type Value } from "./tree.ts";

/** Largest test file that is read, in bytes. */
export const MAX_TEST_FILE_SIZE = 2 * 1024 * 1024;
const MAX_CASES = 100_000;
/** How many values all cases together may be made of. */
const MAX_SPELLED_OUT = 2_000_000;

const FILE_KEYS = ["configuration", "engines", "base", "tests"];
const TEST_KEYS = ["name", "event", "fields", "log", "where", "expect", "cases"];
/** Keys of a row that are no columns. */
const ROW_KEYS: ReadonlySet<string> = new Set(["name", "fields", "expect"]);

/** A test file, absent when there are errors. */
export interface ReadResult {
  readonly file?: TestFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a test file. Never throws for bad input. `fileName` names it in diagnostics. */
export function readTestFile(bytes: Uint8Array, fileName: string): ReadResult {
  const { text, problem } = decode(bytes);
  const source = new SourceText(fileName, text);
  const reporter = new Reporter(source, false);
  if (problem !== undefined) {
    reporter.error("MON302", 0, problem);
    return { diagnostics: reporter.finish() };
  }
  const tree = parseTree(source, reporter);
  const file = tree && new FileReader(source, new Shape(reporter)).read(tree);
  const diagnostics = reporter.finish();
  return reporter.hasErrors ? { diagnostics } : { file, diagnostics };
}

function decode(bytes: Uint8Array): { text: string; problem?: string } {
  if (bytes.length > MAX_TEST_FILE_SIZE) {
    return { text: "", problem: "the file is larger than 2 MiB; split it" };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: "", problem: "the file is not valid UTF-8" };
  }
}

class FileReader {
  readonly #source: SourceText;
  readonly #shape: Shape;
  readonly #cases: TestCase[] = [];
  #base: Base;
  #spelledOut = 0;

  constructor(source: SourceText, shape: Shape) {
    this.#source = source;
    this.#shape = shape;
    this.#base = new Base(shape, undefined);
  }

  read(tree: Value): TestFile | undefined {
    const shape = this.#shape;
    const root = shape.map(tree, "a test file", FILE_KEYS);
    if (root === undefined) return undefined;
    const value = (key: string) => root.entries.get(key)?.value;
    const configuration = value("configuration");
    const engines = value("engines");
    const tests = value("tests");
    this.#base = new Base(shape, value("base"));
    if (tests === undefined) shape.error("MON304", root.offset, "a test file needs tests");
    else for (const test of shape.list(tests, "tests")?.items ?? []) this.#readTest(test);
    return {
      source: this.#source,
      configuration: configuration && shape.scalar(configuration, "configuration"),
      engines: engines === undefined ? ["monomi"] : this.#engines(engines),
      cases: this.#cases,
    };
  }

  #engines(value: Value): EngineName[] {
    const items = value.kind === "list" ? this.#shape.list(value, "engines")?.items ?? [] : [value];
    const names = Object.keys(ENGINES) as EngineName[];
    return items.flatMap((item) => this.#shape.oneOf(item, "an engine", names) ?? []);
  }

  #readTest(value: Value): void {
    const test = this.#shape.map(value, "a test", TEST_KEYS);
    if (test === undefined) return;
    const name = test.entries.get("name");
    const cases = test.entries.get("cases");
    const title = name && this.#shape.scalar(name.value, "name");
    if (name === undefined) this.#shape.error("MON304", test.offset, "a test needs a name");
    if (title === undefined) return;
    if (cases === undefined) this.#addCase(test, title.text, undefined, test.offset);
    else this.#readRows(test, title, cases.value);
  }

  #readRows(test: MapValue, title: ScalarValue, table: Value): void {
    const used = new Set<string>();
    const columns = new Map<string, number>();
    for (const item of this.#shape.list(table, "cases")?.items ?? []) {
      const map = this.#shape.anyMap(item, "a case");
      if (map === undefined) continue;
      const cells = new Map<string, ScalarValue>();
      for (const [column, { keyOffset, value }] of map.entries) {
        if (ROW_KEYS.has(column)) continue;
        columns.set(column, columns.get(column) ?? keyOffset);
        const cell = this.#shape.scalar(value, column);
        if (cell !== undefined) cells.set(column, cell);
      }
      const row = new Row(this.#shape, cells, used);
      const filled = row.fill(title) as ScalarValue;
      const own = map.entries.get("name");
      const ownName = own && this.#shape.scalar(own.value, "name")?.text;
      const cellsText = [...cells.values()].map((cell) => cell.text).join(", ");
      const suffix = ownName ?? (filled.text === title.text ? cellsText : "");
      const name = suffix === "" ? filled.text : `${filled.text}: ${suffix}`;
      this.#addCase(test, name, { map, row }, map.offset);
    }
    for (const [column, offset] of columns) {
      if (used.has(column)) continue;
      this.#shape.error(
        "MON309",
        offset,
        `no part of the test uses {${column}}`,
        "columns beside name, fields and expect are for placeholders",
      );
    }
  }

  #addCase(
    test: MapValue,
    name: string,
    table: { map: MapValue; row: Row } | undefined,
    offset: number,
  ): void {
    for (const [key, entry] of test.entries) {
      if (key !== "cases") this.#spelledOut += entry.value.size;
    }
    this.#spelledOut += table?.map.size ?? 0;
    if (this.#cases.length >= MAX_CASES || this.#spelledOut > MAX_SPELLED_OUT) {
      this.#shape.error("MON302", test.offset, "the file has too many cases; split it");
      return;
    }
    const value = (key: string): Value | undefined => {
      const found = test.entries.get(key)?.value;
      return found && table ? table.row.fill(found) : found;
    };
    const own = (key: string) => {
      const found = table?.map.entries.get(key)?.value;
      return found && table ? table.row.fill(found) : found;
    };
    const expect = own("expect") ?? value("expect");
    const given = this.#given(test, value, own("fields"));
    if (expect === undefined) {
      this.#shape.error(
        "MON304",
        offset,
        "a test needs expect",
        "write expect: logged, or dropped",
      );
    }
    if (expect === undefined || given === undefined) return;
    const expected = readExpected(this.#shape, expect, given.kind === "logs");
    this.#cases.push({ name, offset, given, expected });
  }

  #given(
    test: MapValue,
    value: (key: string) => Value | undefined,
    ownFields: Value | undefined,
  ): TestCase["given"] | undefined {
    const event = value("event");
    const log = value("log");
    if ((event === undefined) === (log === undefined)) {
      const both = event !== undefined;
      const message = both ? "a test has event or log, not both" : "a test needs event or log";
      return this.#shape.error("MON304", test.offset, message);
    }
    const stray = test.entries.get(event === undefined ? "fields" : "where");
    if (stray !== undefined) {
      const message = event === undefined ? "fields goes with event" : "where goes with log";
      return this.#shape.error("MON304", stray.keyOffset, message);
    }
    if (log !== undefined) return readLogs(this.#shape, log, value("where"));
    return readEvent(this.#shape, this.#base, event!, [value("fields"), ownFields]);
  }
}
