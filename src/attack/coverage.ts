/** Which techniques and events a configuration makes visible. */
import type { Config } from "../config/mod.ts";
import { compileRules } from "../rules/mod.ts";
import { type EventDefinition, EVENTS } from "../schema/mod.ts";
import { includeRules, type NamedRule } from "./techniques.ts";

/** One technique and the rules that are named after it. */
export interface TechniqueCoverage {
  readonly id: string;
  /** The name that most rules give it; undefined when none does. */
  readonly name: string | undefined;
  readonly rules: readonly NamedRule[];
  /** Rules by event tag, in the order of the events' ids. */
  readonly byTag: ReadonlyMap<string, number>;
}

/** What a configuration shows. */
export interface Coverage {
  readonly config: Config;
  /** By id. */
  readonly techniques: readonly TechniqueCoverage[];
  /** Rules of include elements. */
  readonly rules: number;
  /** Rules without a name. */
  readonly unnamed: number;
  /** Rules with a name that speaks of no technique. */
  readonly otherNames: number;
  /** Events with a tag of which at least one can be logged. */
  readonly events: readonly EventDefinition[];
}

/** Reads the techniques out of the names of all include rules. */
export function coverageOf(config: Config): Coverage {
  const rules = includeRules(config);
  const byId = new Map<string, NamedRule[]>();
  for (const rule of rules) {
    for (const { id } of rule.techniques) {
      const known = byId.get(id);
      if (known === undefined) byId.set(id, [rule]);
      else known.push(rule);
    }
  }
  const ids = [...byId.keys()].toSorted();
  return {
    config,
    techniques: ids.map((id) => techniqueCoverage(id, byId.get(id)!)),
    rules: rules.length,
    unnamed: rules.filter(({ names }) => names.length === 0).length,
    otherNames:
      rules.filter(({ names, techniques }) => names.length > 0 && techniques.length === 0).length,
    events: loggedEvents(config),
  };
}

/** Events that are logged, at least some of them; without a configuration, Sysmon's defaults. */
export function loggedEvents(config: Config | undefined): EventDefinition[] {
  const rules = compileRules(config);
  return EVENTS.filter(({ id, tag }) => tag !== null && rules.wants(id));
}

function techniqueCoverage(id: string, rules: readonly NamedRule[]): TechniqueCoverage {
  const names = rules.flatMap(({ techniques }) =>
    techniques.find((technique) => technique.id === id)!.name ?? []
  );
  const byTag = new Map<string, number>();
  for (const { tag } of EVENTS) {
    const count = rules.filter((rule) => rule.tag === tag).length;
    if (tag !== null && count > 0) byTag.set(tag, count);
  }
  return { id, name: mostFrequent(names), rules, byTag };
}

function mostFrequent(names: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(names, (name) => name)];
  return groups.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
