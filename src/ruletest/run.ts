/** Runs the cases of a test file against its configuration. */
import type { Config } from "../config/mod.ts";
import type { Position } from "../config/source.ts";
import type { Event } from "../events/event.ts";
import { compileRules, type RuleSet } from "../rules/mod.ts";
import { eventById } from "../schema/mod.ts";
import type { LoggedEvent } from "../sources/logs/mod.ts";
import type { RuleCoverage } from "./coverage.ts";
import {
  type EngineName,
  ENGINES,
  type Expectation,
  type TestCase,
  type TestFile,
} from "./model.ts";
import { passes } from "./where.ts";

/** How the runner reads logs, so that it need not know files. */
export interface LogReader {
  /** The events of a log; what cannot be read is told to `onProblem`, one line each. */
  events(path: string, onProblem: (message: string) => void): AsyncIterable<LoggedEvent>;
}

/** An expectation that did not hold. */
export interface Failure {
  /** All that gave this answer. */
  readonly engines: readonly EngineName[];
  readonly expectation: Expectation;
  /** Such as `logged as 'A'`. */
  readonly expected: string;
  readonly got: string;
  /** An event that was treated otherwise than expected. */
  readonly event?: Event;
  /** Where that event stood in a log. */
  readonly origin?: string;
}

/** What became of a case; `error` when it could not be run. */
export interface CaseResult {
  readonly test: TestCase;
  readonly place: Position;
  readonly outcome: "passed" | "failed" | "error";
  readonly failures: readonly Failure[];
  /** Why it could not be run, or what was left out of a log. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

/** What a case is run with. */
export interface RunContext {
  readonly config: Config;
  readonly logs: LogReader;
  readonly coverage?: RuleCoverage;
}

/** Runs one case after the other. */
export async function* runCases(
  file: TestFile,
  cases: readonly TestCase[],
  context: RunContext,
): AsyncGenerator<CaseResult> {
  const engines = file.engines.map((name): Engine => ({
    name,
    rules: compileRules(context.config, ENGINES[name]),
  }));
  for (const test of cases) {
    const begin = performance.now();
    const problems: string[] = [];
    const tallies = engines.map((engine) => new Tally(engine, test.expected));
    const unreadable = await feed(test, tallies, context, problems);
    const failures = joinEngines(tallies.flatMap((tally) => tally.failures()));
    yield {
      test,
      place: file.source.positionAt(test.offset),
      outcome: unreadable ? "error" : failures.length > 0 ? "failed" : "passed",
      failures: unreadable ? [] : failures,
      problems,
      milliseconds: performance.now() - begin,
    };
  }
}

/** A log that cannot be read at all. */
export class LogUnreadable extends Error {
  override readonly name = "LogUnreadable";
}

const MAX_PROBLEMS = 5;

async function feed(
  { given }: TestCase,
  tallies: readonly Tally[],
  { logs, coverage }: RunContext,
  problems: string[],
): Promise<boolean> {
  const add = (event: Event, origin: string | undefined) => {
    for (const tally of tallies) tally.add(event, origin);
    coverage?.add(event);
  };
  if (given.kind === "event") {
    add(given.event, undefined);
    return false;
  }
  let more = 0;
  const onProblem = (message: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push(message);
    else more++;
  };
  try {
    for (const { text } of given.logs) {
      for await (const { event, file, place } of logs.events(text, onProblem)) {
        const wanted = given.eventIds?.has(event.definition.id) ?? true;
        if (!wanted || !passes(event, given.where)) continue;
        add(event, "line" in place ? `${file}:${place.line}` : `${file}, record ${place.record}`);
      }
    }
  } catch (error) {
    if (!(error instanceof LogUnreadable)) throw error;
    problems.push(error.message);
    return true;
  }
  if (more > 0) problems.push(`${more} more problems in these logs`);
  return false;
}

interface Engine {
  readonly name: EngineName;
  readonly rules: RuleSet;
}

/** Events that broke a verdict or a rule, as long as nothing says otherwise: the first, and how many. */
interface Broken {
  count: number;
  first?: { event: Event; origin: string | undefined; got: string };
}

/** What one engine made of the events of a case. */
class Tally {
  readonly #engine: Engine;
  readonly #expected: readonly Expectation[];
  readonly #broken: readonly Broken[];
  readonly #byEvent = new Map<number, number>();
  readonly #byRule = new Map<string, number>();
  #logged = 0;
  #dropped = 0;

  constructor(engine: Engine, expected: readonly Expectation[]) {
    this.#engine = engine;
    this.#expected = expected;
    this.#broken = expected.map(() => ({ count: 0 }));
  }

  add(event: Event, origin: string | undefined): void {
    const name = this.#engine.rules.evaluate(event);
    if (name === undefined) {
      this.#dropped++;
    } else {
      this.#logged++;
      increment(this.#byEvent, event.definition.id);
      increment(this.#byRule, name);
    }
    for (let i = 0; i < this.#expected.length; i++) {
      if (holds(this.#expected[i], name)) continue;
      const broken = this.#broken[i];
      broken.count++;
      // The event may be of a batch that is reused.
      broken.first ??= {
        event: { ...event, values: [...event.values] },
        origin,
        got: describeVerdict(name),
      };
    }
  }

  failures(): Failure[] {
    const engines = [this.#engine.name];
    const total = this.#logged + this.#dropped;
    return this.#expected.flatMap((expectation, i): Failure[] => {
      const counted = this.#count(expectation);
      if (counted !== undefined) {
        if (counted === (expectation as { count: number }).count) return [];
        return [{ engines, expectation, expected: describe(expectation), got: events(counted) }];
      }
      const expected = describe(expectation);
      if (total === 0) return [{ engines, expectation, expected, got: "no event at all" }];
      const { count, first } = this.#broken[i];
      if (first === undefined) return [];
      const share = total === 1 ? "" : ` (${count} of ${events(total)} otherwise than expected)`;
      return [{ engines, expectation, expected, ...first, got: first.got + share }];
    });
  }

  #count(expectation: Expectation): number | undefined {
    switch (expectation.kind) {
      case "logged":
        return this.#logged;
      case "dropped":
        return this.#dropped;
      case "event count":
        return this.#byEvent.get(expectation.eventId) ?? 0;
      case "rule count":
        return this.#byRule.get(expectation.name) ?? 0;
      default:
        return undefined;
    }
  }
}

/** One failure for engines that gave the same answer. */
function joinEngines(failures: readonly Failure[]): Failure[] {
  const groups = Map.groupBy(
    failures,
    ({ expectation, got }) => `${expectation.offset} ${expectation.kind} ${got}`,
  );
  return [...groups.values()].map((group) => ({
    ...group[0],
    engines: group.flatMap(({ engines }) => engines),
  }));
}

function holds(expectation: Expectation, name: string | undefined): boolean {
  if (expectation.kind === "verdict") return expectation.logged === (name !== undefined);
  return expectation.kind !== "rule" || name === expectation.name;
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function describeVerdict(name: string | undefined): string {
  if (name === undefined) return "dropped";
  return name === "-" ? "logged without a RuleName" : `logged as '${name}'`;
}

function events(count: number): string {
  return count === 1 ? "1 event" : `${count} events`;
}

function describe(expectation: Expectation): string {
  switch (expectation.kind) {
    case "verdict":
      return expectation.logged ? "logged" : "dropped";
    case "rule":
      return describeVerdict(expectation.name);
    case "logged":
    case "dropped":
      return `${events(expectation.count)} ${expectation.kind}`;
    case "event count":
      return `${events(expectation.count)} ${eventById(expectation.eventId)!.name} logged`;
    case "rule count":
      return `${events(expectation.count)} ${describeVerdict(expectation.name)}`;
  }
}
