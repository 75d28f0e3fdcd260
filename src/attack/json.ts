/** Coverage for programs. */
import type { Config } from "../config/mod.ts";
import type { EventDefinition } from "../schema/mod.ts";
import type { Part, Visibility } from "./compare.ts";
import type { Coverage, TechniqueCoverage } from "./coverage.ts";

/** The object that `monomi coverage --json` prints; docs/coverage.md describes it. */
export function coverageToJson(coverage: Coverage, visibility: Visibility) {
  const { config, techniques, rules, unnamed, otherNames, events } = coverage;
  return {
    file: config.source.fileName,
    rules,
    named: rules - unnamed - otherNames,
    otherNames,
    unnamed,
    techniques: techniques.map((technique) => techniqueToJson(technique, config)),
    events: events.map(eventToJson),
    comparedWith: visibility.other?.config.source.fileName ?? null,
    onlyHere: partToJson(visibility.onlyHere),
    onlyThere: partToJson(visibility.onlyThere),
  };
}

function techniqueToJson({ id, name, byTag, rules }: TechniqueCoverage, { source }: Config) {
  return {
    id,
    name: name ?? null,
    events: Object.fromEntries(byTag),
    rules: rules.map(({ tag, names, node }) => ({
      event: tag,
      names,
      ...source.positionAt(node.offset),
    })),
  };
}

function partToJson({ techniques, events }: Part) {
  return { techniques: techniques.map(({ id }) => id), events: events.map(eventToJson) };
}

function eventToJson({ id, name }: EventDefinition) {
  return { id, name };
}
