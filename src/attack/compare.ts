/** What is visible with one configuration and not with another, or with none. */
import type { EventDefinition } from "../schema/mod.ts";
import { type Coverage, loggedEvents, type TechniqueCoverage } from "./coverage.ts";

/** What one of two has and the other has not. */
export interface Visibility {
  /** Undefined: no configuration, that is Sysmon's defaults. */
  readonly other: Coverage | undefined;
  readonly onlyHere: Part;
  readonly onlyThere: Part;
}

/** Techniques and events. */
export interface Part {
  readonly techniques: readonly TechniqueCoverage[];
  readonly events: readonly EventDefinition[];
}

/** Compares with another configuration, or with Sysmon's defaults, which name no technique. */
export function compareVisibility(here: Coverage, other: Coverage | undefined): Visibility {
  const there = {
    techniques: other?.techniques ?? [],
    events: other?.events ?? loggedEvents(undefined),
  };
  return { other, onlyHere: without(here, there), onlyThere: without(there, here) };
}

function without(a: Part, b: Part): Part {
  const ids = new Set(b.techniques.map(({ id }) => id));
  const events = new Set(b.events);
  return {
    techniques: a.techniques.filter(({ id }) => !ids.has(id)),
    events: a.events.filter((event) => !events.has(event)),
  };
}
