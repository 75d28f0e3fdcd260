/** Deciding about events: the compiled matcher. */
import type { Config } from "../config/model.ts";
import type { Event } from "../events/event.ts";
import { eventById } from "../schema/events.ts";
import { compilePrograms } from "./compile.ts";
import { matches } from "./operators.ts";
import { hostPlatform, type Platform, platformOf } from "./platform.ts";
import {
  type CompiledCondition,
  type CompiledElement,
  type CompiledItem,
  type CompiledRule,
  LAST_PART,
  type Program,
  SLOTS,
} from "./program.ts";
import { fieldText, foldAscii, hasNoData, type ImageSeparator, lastPart, NO_DATA } from "./text.ts";
import { Wakes } from "./wakes.ts";

/** Where the matcher may differ from Sysmon. */
export interface RuleOptions {
  /**
   * Report names as Sysmon does: also from conditions that matched in elements and Rules that finally
   * failed (Q2). Without it a name comes only from the element that decided.
   */
  readonly compatibleRuleNames?: boolean;
  /** `\` alone is Sysmon's behaviour on every system; `/`, the default, cuts at both (Q4). */
  readonly imageSeparator?: ImageSeparator;
}

/** A compiled configuration. Not reentrant: one evaluation at a time. */
export interface RuleSet {
  /**
   * The RuleName (`-` when nothing named matched) of an event that is to be logged, or undefined for
   * one that is not. Leaves the event as it is; its RuleName field is not looked at.
   */
  evaluate(event: Event): string | undefined;
  /** Whether any event of this id can ever be logged. */
  wants(eventId: number): boolean;
  /** Whether some condition on events of this id looks at the field. */
  reads(eventId: number, fieldName: string): boolean;
}

/**
 * Compiles a configuration (config-semantics 3 to 5). Without one, every event has its default: 1 and
 * 5 are logged, and 4, 16 and 255 always.
 */
export function compileRules(config: Config | undefined, options: RuleOptions = {}): RuleSet {
  return new RulesOfSystems(config, options);
}

/** What the rules are on each system that an event was from. */
class RulesOfSystems implements RuleSet {
  readonly #config: Config | undefined;
  readonly #options: RuleOptions;
  readonly #ofHost: CompiledRules;
  readonly #byPlatform = new Map<Platform, CompiledRules>();
  #last: CompiledRules;
  #lastPlatform: Platform;

  constructor(config: Config | undefined, options: RuleOptions) {
    this.#config = config;
    this.#options = options;
    this.#lastPlatform = hostPlatform();
    this.#ofHost = this.#last = this.#compiled(this.#lastPlatform);
  }

  evaluate(event: Event): string | undefined {
    const platform = platformOf(event);
    if (platform !== this.#lastPlatform) {
      this.#lastPlatform = platform;
      this.#last = this.#compiled(platform);
    }
    return this.#last.evaluate(event);
  }

  wants(eventId: number): boolean {
    return this.#ofHost.wants(eventId);
  }

  reads(eventId: number, fieldName: string): boolean {
    return this.#ofHost.reads(eventId, fieldName);
  }

  #compiled(platform: Platform): CompiledRules {
    let rules = this.#byPlatform.get(platform);
    if (rules === undefined) {
      rules = new CompiledRules(this.#config, this.#options, platform);
      this.#byPlatform.set(platform, rules);
    }
    return rules;
  }
}

const NO_MATCH = 0;
const MATCH = 1;
/** A typed field without data: the element counts as not matching (V16). */
const FAILED = 2;

class CompiledRules {
  readonly #programs: readonly (Program | undefined)[];
  readonly #leakNames: boolean;
  readonly #imageSeparator: ImageSeparator;
  /** Text per slot of the event under evaluation, as far as it was needed. */
  readonly #slots: (string | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #wakes: Wakes;
  /** Whether nothing may be skipped. */
  #allAwake = false;
  /** How many of the sorted wakes belong to elements that are behind us. */
  #wakesBehind = 0;
  #values: Event["values"] = [];
  #name: string | undefined;

  constructor(config: Config | undefined, options: RuleOptions, platform: Platform) {
    this.#leakNames = options.compatibleRuleNames ?? false;
    this.#imageSeparator = options.imageSeparator ?? "/";
    const programs: (Program | undefined)[] = [];
    const compiled = compilePrograms(config, {
      imageSeparator: this.#imageSeparator,
      platform,
      skipping: !this.#leakNames,
    });
    for (const [id, program] of compiled) programs[id] = program;
    this.#programs = programs;
    this.#wakes = new Wakes(Math.max(...compiled.values().map(({ wakeIds }) => wakeIds)));
  }

  wants(eventId: number): boolean {
    return this.#programs[eventId]?.wanted ?? false;
  }

  reads(eventId: number, fieldName: string): boolean {
    const field = eventById(eventId)?.fieldIndex.get(fieldName);
    return field !== undefined && this.#programs[eventId]!.slots.includes(field);
  }

  evaluate(event: Event): string | undefined {
    const program = this.#programs[event.definition.id];
    if (program === undefined) return undefined;
    const { elements, slots } = program;
    if (elements.length === 0) return program.logsUnmatched ? NO_DATA : undefined;
    for (let i = 0; i < slots.length; i++) this.#slots[slots[i]] = undefined;
    if (program.ruleNameField !== -1) this.#slots[program.ruleNameField] = NO_DATA;
    this.#values = event.values;
    this.#name = undefined;
    this.#wake(program);
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i];
      if (!this.#leakNames) this.#name = undefined;
      const result = element.needsAll ? this.#allItems(element) : this.#anyItem(element);
      if (result === MATCH) return element.includes ? this.#name || NO_DATA : undefined;
    }
    return program.logsUnmatched ? NO_DATA : undefined;
  }

  /** Finds the items and elements that may match. */
  #wake({ searches, typedFields, wakeIds }: Program): void {
    this.#allAwake = wakeIds === 0;
    if (this.#allAwake) return;
    for (let i = 0; i < typedFields.length; i++) {
      if (hasNoData(this.#values[typedFields[i]])) {
        // V16 makes it matter which condition is looked at first.
        this.#allAwake = true;
        return;
      }
    }
    const wakes = this.#wakes;
    wakes.clear();
    this.#wakesBehind = 0;
    for (let i = 0; i < searches.length; i++) {
      const { field, anchored, scanner } = searches[i];
      const text = fieldText(this.#values[field]);
      anchored?.find(text, wakes);
      scanner?.scan(text, wakes);
    }
    wakes.sort();
  }

  /** V8. */
  #anyItem(element: CompiledElement): number {
    const { items } = element;
    if (!this.#allAwake) return this.#anyAwakeItem(element);
    for (let i = 0; i < items.length; i++) {
      const result = this.#item(items[i]);
      if (result !== NO_MATCH) return result;
    }
    return NO_MATCH;
  }

  /** The same for the sleepless items and those that were woken, in document order. */
  #anyAwakeItem({ items, sleepless, wakeable, firstWake }: CompiledElement): number {
    const wakes = this.#wakes;
    const end = firstWake + wakeable.length;
    let next = this.#wakesBehind;
    while (next < wakes.count && wakes.at(next) < firstWake) next++;
    let alwaysNext = 0;
    for (;;) {
      const always = alwaysNext < sleepless.length ? sleepless[alwaysNext] : items.length;
      const isWoken = next < wakes.count && wakes.at(next) < end;
      const woken = isWoken ? wakeable[wakes.at(next) - firstWake] : items.length;
      const position = Math.min(always, woken);
      if (position === items.length) break;
      if (position === always) alwaysNext++;
      else next++;
      const result = this.#item(items[position]);
      if (result !== NO_MATCH) return result;
    }
    this.#wakesBehind = next;
    return NO_MATCH;
  }

  #item(item: CompiledItem): number {
    return item.kind === "rule" ? this.#rule(item) : this.#condition(item);
  }

  /** V9: conditions on one field are alternatives; every field and every Rule must match. */
  #allItems({ items, wake }: CompiledElement): number {
    if (wake !== -1 && !this.#allAwake && !this.#wakes.has(wake)) return NO_MATCH;
    let matched = 0;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (item.kind === "rule") {
        const result = this.#rule(item);
        if (result !== MATCH) return result;
      } else if ((matched & item.fieldBit) === 0) {
        const result = this.#condition(item);
        if (result === MATCH) matched |= item.fieldBit;
        else if (result === FAILED || !item.hasLaterAlternative) return result;
      }
    }
    return items.length > 0 ? MATCH : NO_MATCH;
  }

  #rule({ needsAll, conditions }: CompiledRule): number {
    if (!needsAll) {
      for (let i = 0; i < conditions.length; i++) {
        const result = this.#condition(conditions[i]);
        if (result !== NO_MATCH) return result;
      }
      return NO_MATCH;
    }
    const nameBefore = this.#name;
    for (let i = 0; i < conditions.length; i++) {
      const result = this.#condition(conditions[i]);
      if (result !== MATCH) {
        if (!this.#leakNames) this.#name = nameBefore;
        return result;
      }
    }
    return MATCH;
  }

  #condition(condition: CompiledCondition): number {
    const { slot } = condition;
    if (slot === -1) return NO_MATCH;
    const text = this.#slots[slot] ?? this.#text(slot);
    if (condition.failsWithoutData && this.#text(slot % LAST_PART) === NO_DATA) return FAILED;
    if (!matches(condition.test, text)) return NO_MATCH;
    if (condition.name !== undefined) this.#name = condition.name;
    return MATCH;
  }

  #text(slot: number): string {
    let text = this.#slots[slot];
    if (text === undefined) {
      text = slot < LAST_PART
        ? foldAscii(fieldText(this.#values[slot]))
        : lastPart(this.#text(slot - LAST_PART), this.#imageSeparator);
      this.#slots[slot] = text;
    }
    return text;
  }
}
