/** Which removed item is likely the old form of which added one. */
import type { Change, ChangedPair } from "./compare.ts";
import type { Item } from "./normal_form.ts";

const ENOUGH = 0.5;
/** How many items with a common token are compared with one item. */
const MAX_CANDIDATES = 40;

/** Pairs the most alike first, each item at most once, within one kind of elements. */
export function pairSimilar(
  removed: readonly Change[],
  added: readonly Change[],
): ChangedPair[] {
  const tokensOf = new Map([...removed, ...added].map((change) => [change, tokens(change)]));
  const index = new Map<string, Change[]>();
  for (const change of added) {
    for (const token of tokensOf.get(change)!.keys()) {
      const holders = index.get(token);
      if (holders === undefined) index.set(token, [change]);
      else if (holders.length < MAX_CANDIDATES) holders.push(change);
    }
  }
  const candidates = removed.flatMap((before) => {
    const mine = tokensOf.get(before)!;
    const found = new Set([...mine.keys()].flatMap((token) => index.get(token) ?? []));
    return [...found].slice(0, MAX_CANDIDATES)
      .map((after) => ({ before, after, score: likeness(mine, tokensOf.get(after)!) }))
      .filter(({ score }) => score >= ENOUGH);
  });
  const used = new Set<Change>();
  const pairs: ChangedPair[] = [];
  for (const { before, after } of candidates.toSorted((a, b) => b.score - a.score)) {
    if (used.has(before) || used.has(after)) continue;
    used.add(before);
    used.add(after);
    pairs.push({ before, after });
  }
  return pairs.toSorted((a, b) => a.after.item.node.offset - b.after.item.node.offset);
}

/** What an item is made of, with weights; what says most weighs most. */
function tokens({ item, onmatch }: Change): Map<string, number> {
  const found = new Map<string, number>();
  for (const { clauses, name } of item.alternatives) {
    for (const atom of clauses.flat()) {
      found.set(`value ${onmatch} ${atom.field} ${atom.value}`, 3);
      found.set(`operator ${onmatch} ${atom.field} ${atom.operator} ${stem(atom.value)}`, 3);
    }
    if (name !== "-") found.set(`name ${onmatch} ${name}`, 1);
  }
  found.set(`kind ${onmatch} ${kindOf(item)}`, 0.5);
  return found;
}

/** The last part of a path, or the beginning of what is none. */
function stem(value: string): string {
  const last = value.split(/[\\/]/).findLast((part) => part !== "") ?? "";
  return last.replace(/\.[a-z]{1,4}$/, "").slice(0, 12);
}

function kindOf({ node }: Item): string {
  return "kind" in node ? node.kind : "element";
}

/** From 0, nothing in common, to 1. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  let total = 0;
  for (const [token, weight] of a) {
    total += weight;
    if (b.has(token)) common += weight;
  }
  for (const weight of b.values()) total += weight;
  return 2 * common / total;
}
