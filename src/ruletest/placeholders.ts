/** `{column}` in a test -> the value in a row of its table of cases. */
import { quote } from "../config/mod.ts";
import { didYouMean } from "../config/suggest.ts";
import type { Shape } from "./shape.ts";
import type { MapEntry, MapValue, ScalarValue, Value } from "./tree.ts";

const PLACEHOLDER = /\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}/g;
const ONLY_PLACEHOLDER = /^\{([A-Za-z_]\w*)\}$/;

/** One row of a table of cases. */
export class Row {
  readonly #shape: Shape;
  readonly #columns: ReadonlyMap<string, ScalarValue>;
  readonly #used: Set<string>;

  /** `used` collects the names of columns that were asked for. */
  constructor(shape: Shape, columns: ReadonlyMap<string, ScalarValue>, used: Set<string>) {
    this.#shape = shape;
    this.#columns = columns;
    this.#used = used;
  }

  /** A copy with all placeholders replaced, also those in keys; `{{name}}` becomes `{name}`. */
  fill(value: Value): Value {
    switch (value.kind) {
      case "list":
        return { ...value, items: value.items.map((item) => this.fill(item)) };
      case "map":
        return this.#fillMap(value);
      case "scalar":
        return this.#fillScalar(value);
    }
  }

  #fillMap(map: MapValue): MapValue {
    const entries = new Map<string, MapEntry>();
    for (const [name, { keyOffset, value }] of map.entries) {
      entries.set(this.#fillText(name, keyOffset), { keyOffset, value: this.fill(value) });
    }
    return { ...map, entries };
  }

  #fillScalar(scalar: ScalarValue): ScalarValue {
    const only = ONLY_PLACEHOLDER.exec(scalar.text);
    const whole = only === null ? undefined : this.#columns.get(only[1]);
    if (whole !== undefined) {
      this.#used.add(only![1]);
      return whole;
    }
    const text = this.#fillText(scalar.text, scalar.offset);
    return text === scalar.text ? scalar : { ...scalar, text, value: text };
  }

  #fillText(text: string, offset: number): string {
    if (!text.includes("{")) return text;
    return text.replace(PLACEHOLDER, (all, literal: string | undefined, name: string) => {
      if (literal !== undefined) return `{${literal}}`;
      const value = this.#columns.get(name);
      if (value === undefined) {
        const help = () =>
          didYouMean(name, this.#columns.keys()) ??
            `write {{${name}}} for the text {${name}}`;
        this.#shape.error("MON308", offset, `a case has no ${quote(name)}`, help);
        return all;
      }
      this.#used.add(name);
      return value.text;
    });
  }
}
