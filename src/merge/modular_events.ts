/** Events for comparing two large configurations: made of what their conditions look for. */
import type { Condition, Config, EventElement } from "../config/mod.ts";
import type { Event, FieldValue } from "../events/event.ts";
import type { Random } from "../testing/random.ts";
import { EVENTS, eventsByTag } from "../schema/events.ts";
import type { FieldDefinition } from "../schema/types.ts";

/** Makes events of which most match something, alone or with others. */
export class EventMaker {
  readonly #random: Random;
  readonly #elements: readonly EventElement[];
  /** Texts that conditions look for, by field. */
  readonly #pool = new Map<string, string[]>();

  constructor(configs: readonly Config[], random: Random) {
    this.#random = random;
    this.#elements = configs.flatMap((config) => config.elements)
      .filter((element) => element.items.length > 0);
    for (const condition of this.#elements.flatMap(conditionsOf)) {
      const texts = this.#pool.get(condition.field) ?? [];
      texts.push(...condition.value.split(";"));
      this.#pool.set(condition.field, texts);
    }
  }

  /** An event that does what one condition or Rule asks for, or one of no element in ten. */
  next(): Event {
    const random = this.#random;
    if (random.chance(5)) return this.#fill(random.of(EVENTS), new Map());
    const element = random.of(this.#elements);
    const item = random.of(element.items);
    const wanted = new Map<string, string>();
    for (const condition of item.kind === "rule" ? item.conditions : [item]) {
      const text = this.#wish(condition);
      if (text !== undefined) {
        wanted.set(condition.field, (wanted.get(condition.field) ?? "") + text);
      }
    }
    return this.#fill(random.of(eventsByTag(element.tag)), wanted);
  }

  #fill(definition: Event["definition"], wanted: ReadonlyMap<string, string>): Event {
    const values = definition.fields.map((field) => {
      const text = wanted.get(field.name) ?? this.#any(field.name);
      return toValue(field, text);
    });
    return { definition, values, time: 0, recordId: 0 };
  }

  #any(field: string): string {
    const pool = this.#pool.get(field);
    if (pool === undefined || this.#random.chance(30)) return "-";
    const text = this.#random.of(pool);
    return this.#random.chance(70) ? text : `C:\\x${text}y`;
  }

  /** A text for which the condition holds, or undefined where nearly any text does. */
  #wish({ operator, value }: Condition): string | undefined {
    const random = this.#random;
    const items = value.split(";");
    switch (operator) {
      case "is":
        return random.chance(50) ? value : value.toUpperCase();
      case "is any":
        return random.of(items);
      case "contains":
      case "more than":
      case "less than":
        return `a${value}b`;
      case "contains any":
        return `a${random.of(items)}b`;
      case "contains all":
        return items.join("-");
      case "begin with":
        return `${value}z`;
      case "end with":
        return `z${value}`;
      case "image":
        return value.includes("\\") ? value : `C:\\Windows\\${value}`;
      default:
        return undefined;
    }
  }
}

function conditionsOf(element: EventElement): readonly Condition[] {
  return element.items.flatMap((item) => item.kind === "rule" ? item.conditions : [item]);
}

function toValue({ type }: FieldDefinition, text: string): FieldValue {
  if (type === "boolean") return text.toLowerCase() === "true";
  if (type === "uint16") return Number(text) & 0xffff;
  if (type === "uint32") return Number(text) >>> 0;
  return text;
}
