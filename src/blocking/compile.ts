/**
 * From a configuration's FileBlockExecutable and FileBlockShredding elements to decisions: denied is
 * what these rules would log (config-semantics 4).
 *
 * What the kernel cannot decide is left out with a warning, and only where leaving it out means
 * that less is denied; otherwise nothing is denied for that event.
 */
import { type Config, type Diagnostic, quote } from "../config/mod.ts";
import type { Code } from "../config/codes.ts";
import { diagnosticAt } from "../config/diagnostics.ts";
import type { Condition, EventElement, RuleNode } from "../config/model.ts";
import { evaluationOrder } from "../rules/compile.ts";
import { combine, constant, type Next, type Predicate } from "./decision.ts";
import { compileCondition, Undecidable } from "./condition.ts";
import { encode, LIMITS } from "./encode.ts";

/** Account names by user id, or why they are not known. */
export type Accounts = ReadonlyMap<number, string> | string;

/** What the kernel is to deny. */
export interface BlockingPolicy {
  /** For the native library. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Tags of the events of which anything can be denied. */
  readonly tags: readonly string[];
  /** What was left out, and why. */
  readonly problems: readonly Diagnostic[];
}

/** Events in the order of the kernel's entries. */
const TAGS = ["FileBlockExecutable", "FileBlockShredding"] as const;

/** Whether there are rules for blocking at all. */
export function hasBlocking({ elements }: Config): boolean {
  return elements.some(({ tag }) => (TAGS as readonly string[]).includes(tag));
}

/** Compiles the rules for blocking. */
export function compileBlocking(config: Config, accounts: Accounts): BlockingPolicy {
  const compiler = new Compiler(config, accounts);
  let entries = TAGS.map((tag) => compiler.event(tag));
  const users = typeof accounts === "string" || !compiler.readsUsers ? new Map() : accounts;
  let encoded = encode(entries, users);
  if (encoded.tests > LIMITS.tests || encoded.textBytes > LIMITS.textBytes) {
    compiler.tooLarge(encoded.tests, encoded.textBytes);
    entries = TAGS.map(() => "allow");
    encoded = encode(entries, new Map());
  }
  return {
    bytes: encoded.bytes,
    tags: TAGS.filter((_, index) => entries[index] !== "allow"),
    problems: compiler.problems,
  };
}

class Compiler {
  readonly problems: Diagnostic[] = [];
  readsUsers = false;

  constructor(readonly config: Config, readonly accounts: Accounts) {}

  /** What is decided about events of a tag. */
  event(tag: string): Next {
    const elements = this.config.elements.filter((element) => element.tag === tag);
    // Without an element these events have their default, which is not to log (V3).
    if (elements.length === 0) return "allow";
    const ordered = evaluationOrder(elements);
    const predicates = ordered.map((element) => this.#element(element));
    const deniesUnmatched = elements.length === 1 && elements[0].onmatch === "exclude";
    let next: Next = deniesUnmatched ? "deny" : "allow";
    for (const [index, element] of [...ordered.entries()].toReversed()) {
      const predicate = predicates[index];
      if (predicate !== undefined) {
        next = predicate(element.onmatch === "include" ? "deny" : "allow", next);
      } else if (element.onmatch === "exclude") {
        return "allow";
      }
    }
    return next;
  }

  tooLarge(tests: number, textBytes: number): void {
    const element = this.config.elements.find(({ tag }) => TAGS.some((known) => known === tag))!;
    this.#warn(
      "MON181",
      element.offset,
      `the rules for blocking come to ${tests} comparisons with ${textBytes} bytes of text, and the ` +
        `kernel takes ${LIMITS.tests} with ${LIMITS.textBytes}: nothing is blocked`,
    );
  }

  /** V6, V8, V9. Undefined when leaving something out would change more than this element. */
  #element(element: EventElement): Predicate | undefined {
    if (element.items.length === 0) return constant(false);
    const excludes = element.onmatch === "exclude";
    const needsAll = excludes || element.combination === "and";
    const consequence = excludes
      ? `${element.tag} blocks nothing`
      : needsAll
      ? "this element blocks nothing"
      : undefined;
    const items = element.items.map((item) => ({
      field: item.kind === "condition" ? item.field : undefined,
      predicate: item.kind === "rule"
        ? this.#rule(item, excludes, consequence)
        : this.#condition(item, consequence ?? "this condition blocks nothing"),
    }));
    const known = items.filter((item) => item.predicate !== undefined);
    if (needsAll && known.length < items.length) return undefined;
    const predicates = known.map(({ predicate }) => predicate!);
    if (element.combination === "or") return combine("or", predicates);
    const alternatives = Map.groupBy(known, ({ field }) => field ?? Symbol());
    return combine(
      "and",
      [...alternatives.values()].map((group) =>
        combine("or", group.map(({ predicate }) => predicate!))
      ),
    );
  }

  /** V11. */
  #rule(rule: RuleNode, excludes: boolean, consequence: string | undefined): Predicate | undefined {
    const needsAll = rule.combination === "and" || excludes;
    const predicates = rule.conditions.map((condition) =>
      this.#condition(
        condition,
        needsAll ? consequence ?? "this Rule blocks nothing" : "this condition blocks nothing",
      )
    );
    const known = predicates.filter((predicate) => predicate !== undefined);
    const isIncomplete = known.length < predicates.length;
    if (isIncomplete && (needsAll || known.length === 0)) return undefined;
    return combine(rule.combination, known);
  }

  #condition(condition: Condition, consequence: string): Predicate | undefined {
    if (condition.field === "User") this.readsUsers = true;
    const usersKnown = typeof this.accounts === "string" ? this.accounts : true;
    try {
      return compileCondition(condition, usersKnown);
    } catch (error) {
      if (!(error instanceof Undecidable)) throw error;
      const name = condition.name ? ` of rule ${quote(condition.name)}` : "";
      this.#warn(
        "MON180",
        condition.offset,
        `${condition.field}${name} cannot be decided in the kernel: ${error.message}; ${consequence}`,
      );
      return undefined;
    }
  }

  #warn(code: Code, offset: number, message: string): void {
    this.problems.push(diagnosticAt(this.config.source, offset, "warning", code, message));
  }
}
