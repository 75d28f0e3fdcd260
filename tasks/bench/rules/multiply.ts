/** Configurations with many times the rules. */

import type { Condition, Config, EventElement, RuleNode } from "../../../src/config/model.ts";
import { Random } from "../../../src/testing/random.ts";

/**
 * `times` as many conditions of the same kinds and lengths: every copy has other literals, which
 * start as the original does now and then, as those of one product's folders do. Items of an OR
 * element become more items of it; an AND element becomes more elements, so that each can still
 * match.
 */
export function multiply(config: Config, times: number, seed: number): Config {
  const random = new Random(seed);
  const elements = config.elements.flatMap((element): EventElement[] => {
    const copies = Array.from({ length: times - 1 }, () => ({
      ...element,
      items: element.items.map((item) => varyItem(item, random)),
    }));
    if (element.combination === "and") return [...copies, element];
    return [{ ...element, items: [...element.items, ...copies.flatMap((copy) => copy.items)] }];
  });
  return { ...config, elements };
}

/** How many conditions a configuration has, those in Rules included. */
export function countConditions({ elements }: Config): number {
  return elements.flatMap((element) => element.items)
    .map((item) => item.kind === "rule" ? item.conditions.length : 1)
    .reduce((sum, count) => sum + count, 0);
}

function varyItem(item: Condition | RuleNode, random: Random): Condition | RuleNode {
  if (item.kind === "condition") return varyCondition(item, random);
  return { ...item, conditions: item.conditions.map((c) => varyCondition(c, random)) };
}

function varyCondition(condition: Condition, random: Random): Condition {
  return { ...condition, value: varyText(condition.value, random) };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

function varyText(text: string, random: Random): string {
  // From somewhere in the text on, so that copies share beginnings of every length.
  const kept = random.below(Math.ceil(text.length / 2) + 1);
  const other = (known: string, unit: string) =>
    known.includes(unit) ? random.of([...known]) : unit;
  return text.slice(0, kept) + text.slice(kept)
    .replace(
      /[a-zA-Z0-9]/g,
      (c) => DIGITS.includes(c) ? other(DIGITS, c) : other(LETTERS, c.toLowerCase()),
    );
}
