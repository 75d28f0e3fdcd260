/** What a test file says, every case spelled out. All offsets are offsets into its text. */
import type { SourceText } from "../config/mod.ts";
import type { Event } from "../events/event.ts";
import type { RuleOptions } from "../rules/mod.ts";
import type { FieldTest } from "./where.ts";

/** Whose evaluation a test asks for. */
export type EngineName = "monomi" | "sysmon";

/** What sets the engines apart (config-semantics Q2 and Q4). */
export const ENGINES: Readonly<Record<EngineName, RuleOptions>> = {
  monomi: {},
  sysmon: { compatibleRuleNames: true, imageSeparator: "\\" },
};

/** A file of rule tests. */
export interface TestFile {
  readonly source: SourceText;
  /** As written, relative to the test file; undefined when it goes by the file's name. */
  readonly configuration: PlacedValue | undefined;
  /** Never empty; every case must hold with each of them. */
  readonly engines: readonly EngineName[];
  /** In document order, rows of a table in place of their test. */
  readonly cases: readonly TestCase[];
}

/** A text and where it stands. */
export interface PlacedValue {
  readonly text: string;
  readonly offset: number;
}

/** One test, or one row of a test's table. */
export interface TestCase {
  readonly name: string;
  readonly offset: number;
  readonly given: GivenEvent | GivenLogs;
  /** Never empty. */
  readonly expected: readonly Expectation[];
}

/** An event made of fields. */
export interface GivenEvent {
  readonly kind: "event";
  readonly event: Event;
}

/** Recorded events. */
export interface GivenLogs {
  readonly kind: "logs";
  /** Paths as written, relative to the test file. */
  readonly logs: readonly PlacedValue[];
  /** Only events with one of these ids count; undefined: all. */
  readonly eventIds: ReadonlySet<number> | undefined;
  /** Only events that pass all of these count. */
  readonly where: readonly FieldTest[];
}

/** One thing that must hold; `offset` is where it is asked for. */
export type Expectation =
  & (
    /** Every given event is logged, or every one is dropped. */
    | { readonly kind: "verdict"; readonly logged: boolean }
    /** Every given event is logged under this name; `-` is none. */
    | { readonly kind: "rule"; readonly name: string }
    | { readonly kind: "logged" | "dropped"; readonly count: number }
    /** So many events of this id are logged. */
    | { readonly kind: "event count"; readonly eventId: number; readonly count: number }
    /** So many events are logged under this name. */
    | { readonly kind: "rule count"; readonly name: string; readonly count: number }
  )
  & { readonly offset: number };
