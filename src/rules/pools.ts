/** Finds the conditions of an OR element that one look-up can answer. */
import { equalTexts } from "./operators.ts";
import type { CompiledCondition, CompiledItem, EqualityPool } from "./program.ts";

/** Below this many texts, comparing one by one is as fast. */
const SMALLEST_POOL = 4;

/** Splits the items of an OR element into pools and the rest; together they mean the same. */
export function poolEqualities(
  items: readonly CompiledItem[],
): { pools: EqualityPool[]; rest: CompiledItem[] } {
  const poolable = items.filter((item): item is CompiledCondition =>
    item.kind === "condition" && item.slot !== -1 && !item.failsWithoutData &&
    equalTexts(item.test) !== undefined
  );
  const pools: EqualityPool[] = [];
  const pooled = new Set<CompiledItem>();
  for (const [slot, conditions] of Map.groupBy(poolable, (condition) => condition.slot)) {
    const byText = new Map<string, CompiledCondition>();
    for (const condition of conditions) {
      for (const text of equalTexts(condition.test)!) {
        if (!byText.has(text)) byText.set(text, condition);
      }
    }
    if (byText.size < SMALLEST_POOL) continue;
    pools.push({ slot, byText });
    for (const condition of conditions) pooled.add(condition);
  }
  return { pools, rest: items.filter((item) => !pooled.has(item)) };
}
