/**
 * What all renderers share: their shape, and compiling one function per event definition.
 */
import type { Event, Origin } from "../events/event.ts";
import type { Placement } from "../events/placement.ts";
import type { EventDefinition } from "../schema/types.ts";

/** Renders one event as one line of text without its line end. */
export type Renderer = (event: Event) => string;

/**
 * Gives the renderer that calls, for each event, the one `compile` made for its definition and
 * origin; what an origin needs is let go of together with it.
 */
export function perDefinition(
  compile: (definition: EventDefinition, origin: Origin | undefined) => Renderer,
): Renderer {
  const own = new Map<EventDefinition, Renderer>();
  const others = new WeakMap<Origin, Map<EventDefinition, Renderer>>();
  const ofOrigin = (origin: Origin) => {
    let compiled = others.get(origin);
    if (compiled === undefined) others.set(origin, compiled = new Map());
    return compiled;
  };
  return (event) => {
    const { definition, origin } = event;
    const compiled = origin === undefined ? own : ofOrigin(origin);
    let render = compiled.get(definition);
    if (render === undefined) {
      render = compile(definition, origin);
      compiled.set(definition, render);
    }
    return render(event);
  };
}

/**
 * Code of a function that puts one line together, in as few concatenations as possible. Only
 * constants of this program and of the event table become code; values stay values.
 */
export class LineCode {
  #code = "";
  #pending: string;

  constructor(start: string) {
    this.#pending = start;
  }

  /** Constant text. */
  text(text: string): this {
    this.#pending += text;
    return this;
  }

  /** An expression over `event`, its values `v` and the helpers given to {@link compile}. */
  value(expression: string): this {
    this.#code += `${JSON.stringify(this.#pending)} + ${expression} + `;
    this.#pending = "";
    return this;
  }

  /** Makes the function; helpers are called by the names of their properties. */
  // deno-lint-ignore ban-types
  compile(helpers: Readonly<Record<string, Function>>): Renderer {
    const body = `return (event) => { const v = event.values; return ${this.#code}` +
      `${JSON.stringify(this.#pending)}; };`;
    return new Function(...Object.keys(helpers), body)(...Object.values(helpers));
  }
}

/**
 * Calls `write` with a whole second since 1970 only when it differs from the last call's, else gives the
 * text of that call: most events share their second with the one before.
 */
export function perSecond(write: (second: Date) => string): (seconds: number) => string {
  let lastSeconds = NaN;
  let text = "";
  return (seconds) => {
    if (seconds !== lastSeconds) {
      text = write(dateOf(seconds * 1000));
      lastSeconds = seconds;
    }
    return text;
  };
}

/** Writes a placement anew only when it is not that of the event before; `none`: without one. */
export function perPlacement<Written>(
  write: (placement: Placement) => Written,
  none: Written,
): (placement: Placement | undefined) => Written {
  let last: Placement | undefined;
  let written = none;
  return (placement) => {
    if (placement === undefined) return none;
    if (placement !== last) written = write(placement);
    last = placement;
    return written;
  };
}

/** A time as RFC 3339 has it, in UTC. */
export function isoTime(milliseconds: number): string {
  return dateOf(milliseconds).toISOString();
}

/** A damaged recording can hold times that are none: they are 1970. */
function dateOf(milliseconds: number): Date {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
