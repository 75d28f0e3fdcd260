/** What the checks of all targets ask of a configuration, and where they report. */
import { Reporter } from "../config/diagnostics.ts";
import type { Condition, Config, ConfigEntry, EventElement } from "../config/model.ts";
import type { Span } from "../config/place.ts";

/** A condition with the event element that it stands in. */
export interface PlacedCondition {
  readonly element: EventElement;
  readonly condition: Condition;
}

/** Collects what a target makes of one configuration. */
export class TargetReport extends Reporter {
  readonly #config: Config;

  constructor(config: Config) {
    super(config.source, false);
    this.#config = config;
  }

  /** The entry that counts, or undefined when there is none of this name. */
  entry(name: string): ConfigEntry | undefined {
    return this.#config.options.entries.findLast((entry) => entry.name === name);
  }

  /** The name of an entry's element. */
  nameOf(entry: ConfigEntry): Span {
    const offset = this.#config.source.text.lastIndexOf(entry.name, entry.offset - 1);
    return offset === -1
      ? { offset: entry.offset, end: entry.offset }
      : { offset, end: offset + entry.name.length };
  }

  /** The value of `schemaversion`. */
  versionPlace(): number {
    const attribute = /\bschemaversion\s*[=:]\s*["']?/.exec(this.#config.source.text);
    return attribute === null ? 0 : attribute.index + attribute[0].length;
  }

  /** All conditions in document order, those in Rules included. */
  *conditions(): Generator<PlacedCondition> {
    for (const element of this.#config.elements) {
      for (const item of element.items) {
        for (const condition of item.kind === "rule" ? item.conditions : [item]) {
          yield { element, condition };
        }
      }
    }
  }

  /** Reports `places` as one: at the first, telling how many more there are. */
  warnOnce(
    code: Parameters<Reporter["warn"]>[0],
    places: readonly number[],
    message: string,
    help?: string,
  ): void {
    if (places.length === 0) return;
    const others = places.length - 1;
    const more = others === 0 ? "" : ` (and ${others} more ${others === 1 ? "time" : "times"})`;
    this.warn(code, places[0], message + more, help);
  }
}
