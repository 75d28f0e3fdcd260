/** Records of a log -> events of Sysmon. */
import { quote } from "../../config/diagnostics.ts";
import { closest, hint } from "../../config/suggest.ts";
import { type Event, type FieldValue, MISSING, type Origin } from "../../events/event.ts";
import { ADDITIONAL_FIELDS } from "../../schema/additional.ts";
import { eventById, EVENTS, fieldAt } from "../../schema/events.ts";
import { fieldHistory } from "../../schema/rows.ts";
import { EVENT_ROWS } from "../../schema/table.ts";
import type { EventDefinition } from "../../schema/types.ts";
import { fieldValue, parseTime } from "./field_values.ts";
import { translate, type Translated } from "./windows_logs.ts";
import type { RawRecord, ShapedFields } from "./raw_record.ts";

const LINUX = "Linux-Sysmon";
const PROVIDERS: ReadonlySet<string> = new Set(["Microsoft-Windows-Sysmon", LINUX]);
/** Hosts remembered of one log; one with more of them makes them up. */
const MAX_HOSTS = 1000;
/** How many names that are no fields are told, once each. */
const MAX_TOLD = 100;
/** How many are looked at; a log with more of them makes them up. */
const MAX_SEEN = 10_000;

/** Names that some schema version had for the event; those that are gone are no mistakes. */
const EVERY_NAME: ReadonlyMap<number, ReadonlySet<string>> = new Map(
  EVENT_ROWS.map((row) => [row.id, new Set(fieldHistory(row).map(({ name }) => name))]),
);

const BY_NAME: ReadonlyMap<string, EventDefinition> = new Map(
  EVENTS.map((event) => [event.name, event]),
);

type Field = ReturnType<typeof fieldAt>;

/** An event that a log says, and names in it that are no fields. */
export interface Built {
  readonly event: Event;
  /** One line each, without control characters. */
  readonly unknown: readonly string[];
}

/** Makes the events of one log. */
export class EventBuilder {
  /** Names that are no fields, behind the event's id. */
  readonly #seen = new Set<string>();
  #told = 0;
  /** By the names of a form and the event: the field of each name. */
  readonly #plans = new WeakMap<readonly string[], Map<EventDefinition, readonly Field[]>>();
  readonly #origins = new Map<string, Origin>();

  readonly #windowsLogs: boolean;

  /** `windowsLogs`: also of records that {@link translate} knows. */
  constructor(windowsLogs = false) {
    this.#windowsLogs = windowsLogs;
  }

  /** Undefined for what is no event of Sysmon: another provider's, or with an unknown id. */
  build(record: RawRecord): Built | undefined {
    if (this.#windowsLogs) {
      const translated = translate(record);
      if (translated !== undefined) {
        return { event: this.#translated(translated, record), unknown: [] };
      }
    }
    if (record.provider !== undefined && !PROVIDERS.has(record.provider)) return undefined;
    const definition = definitionOf(record.id);
    if (definition === undefined) return undefined;
    const values: FieldValue[] = definition.fields.map(() => MISSING);
    const unknown: string[] = [];
    const { fields } = record;
    if ("names" in fields) this.#fillShaped(values, fields, definition, unknown);
    else this.#fill(values, fields, definition, record.onlyFields, unknown);
    const utcTime = definition.fieldIndex.get("UtcTime");
    const time = parseTime(utcTime === undefined ? undefined : values[utcTime]) ??
      parseTime(record.time) ?? 0;
    const origin = this.#origin(record);
    return { event: { definition, values, time, recordId: 0, origin }, unknown };
  }

  #translated({ id, time, fields }: Translated, record: RawRecord): Event {
    const definition = eventById(id)!;
    const values = definition.fields.map(({ name }): FieldValue => fields[name] ?? MISSING);
    return { definition, values, time: time ?? 0, recordId: 0, origin: this.#origin(record) };
  }

  #fill(
    values: FieldValue[],
    fields: Iterable<readonly [string, unknown]>,
    definition: EventDefinition,
    onlyFields: boolean,
    unknown: string[],
  ): void {
    for (const [name, value] of fields) {
      const index = definition.fieldIndex.get(name);
      if (index !== undefined) values[index] = fieldValue(fieldAt(definition, index)!, value);
      else if (name === "Container" && definition.additional.length > 0) {
        for (const [at, text] of additionalValues(definition, value)) values[at] = text;
      } else this.#unknown(definition, name, onlyFields, unknown);
    }
  }

  /** Names are looked up once for all records of a form. */
  #fillShaped(
    values: FieldValue[],
    { names, values: texts }: ShapedFields,
    definition: EventDefinition,
    unknown: string[],
  ): void {
    let plans = this.#plans.get(names);
    if (plans === undefined) this.#plans.set(names, plans = new Map());
    let plan = plans.get(definition);
    if (plan === undefined) {
      plan = names.map((name) => fieldAt(definition, definition.fieldIndex.get(name) ?? -1));
      plans.set(definition, plan);
      for (const [i, field] of plan.entries()) {
        if (field === undefined) this.#unknown(definition, names[i], true, unknown);
      }
    }
    for (let i = 0; i < plan.length; i++) {
      const field = plan[i];
      if (field !== undefined) values[field.index] = fieldValue(field, texts[i]);
    }
  }

  #origin({ provider, computer = MISSING }: RawRecord): Origin {
    const system = provider === undefined || provider === LINUX ? "linux" : "windows";
    const key = `${system} ${computer}`;
    let origin = this.#origins.get(key);
    if (origin === undefined) {
      if (this.#origins.size >= MAX_HOSTS) this.#origins.clear();
      this.#origins.set(key, origin = { computer, system });
    }
    return origin;
  }

  #unknown(event: EventDefinition, name: string, onlyFields: boolean, unknown: string[]): void {
    const key = `${event.id} ${name}`;
    if (this.#seen.has(key) || this.#seen.size >= MAX_SEEN || this.#told > MAX_TOLD) return;
    this.#seen.add(key);
    if (EVERY_NAME.get(event.id)!.has(name)) return;
    if (!onlyFields && !looksMisspelled(name, event)) return;
    unknown.push(
      ++this.#told > MAX_TOLD
        ? "more names that are no fields are not reported"
        : `event ${event.id} has no field ${quote(name)}${hint(name, event.fieldIndex.keys())}`,
    );
  }
}

/** The object that monomi's own lines have beside the fields. */
function* additionalValues(
  { additional }: EventDefinition,
  container: unknown,
): Generator<[index: number, value: FieldValue]> {
  if (typeof container !== "object" || container === null) return;
  const members = container as Readonly<Record<string, unknown>>;
  for (const [i, field] of additional.entries()) {
    const { member } = ADDITIONAL_FIELDS[i];
    if (Object.hasOwn(members, member)) yield [field.index, fieldValue(field, members[member])];
  }
}

/** Beside the fields of flat JSON stand names that only their exporter knows. */
function looksMisspelled(name: string, { fieldIndex }: EventDefinition): boolean {
  if (SIDE_NAMES.has(name)) return false;
  const candidate = closest(name, fieldIndex.keys());
  return candidate !== undefined && Math.abs(candidate.length - name.length) <= 2;
}

/** Those of them that resemble a field's. */
const SIDE_NAMES: ReadonlySet<string> = new Set(["EventTime", "Version", "UserID", "Hostname"]);

function definitionOf(id: unknown): EventDefinition | undefined {
  if (typeof id === "number") return eventById(id);
  if (typeof id !== "string") return undefined;
  return /^\d{1,5}$/.test(id) ? eventById(Number(id)) : BY_NAME.get(id);
}
