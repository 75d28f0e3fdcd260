/** Alternatives that another order makes win or lose the RuleName of an event that matches two. */
import { excludeEachOther } from "./atoms.ts";
import { type Item, type Placed, shownName, type Side } from "./normal_form.ts";

/** An item that was asked before another one and now comes behind it, or the other way round. */
export interface Move {
  readonly before: Item;
  readonly after: Item;
  /** Of events that match this item and `other`: the RuleName they had, and the one they get. */
  readonly nameBefore: string;
  readonly nameAfter: string;
  readonly other: Item;
}

/** What moved. */
export interface Moves {
  /** One for each item of the second configuration, at most `MAX_MOVES`. */
  readonly shown: readonly Move[];
  readonly count: number;
}

const MAX_MOVES = 1000;
const MAX_COMPARISONS = 2_000_000;

interface Common {
  readonly before: Placed;
  readonly after: Placed;
}

/** Items whose place among the others matters for RuleNames and is another. */
export function movedItems(before: Side, after: Side): Moves {
  const common: Common[] = [];
  for (const [key, a] of before.alternatives) {
    const b = after.alternatives.get(key);
    if (b !== undefined) common.push({ before: a, after: b });
  }
  const staying = longestIncreasing(common.map((pair) => pair.after.rank));
  const moved = common.filter((_, i) => !staying.has(i));
  const moves = new Map<Item, Move>();
  let comparisons = 0;
  for (const pair of moved) {
    if (moves.has(pair.after.item)) continue;
    for (const other of common) {
      if (!isInverted(pair, other)) continue;
      const [winnerBefore, winnerAfter] = pair.before.rank < other.before.rank
        ? [pair, other]
        : [other, pair];
      const nameBefore = winnerBefore.before.alternative;
      const nameAfter = winnerAfter.after.alternative;
      if (nameBefore.name === nameAfter.name && !nameBefore.dynamic) continue;
      // Beyond the bound every pair counts as one that some event may match.
      const mayOverlap = ++comparisons > MAX_COMPARISONS ||
        !excludeEachOther(pair.after.alternative.clauses, other.after.alternative.clauses);
      if (!mayOverlap) continue;
      moves.set(pair.after.item, {
        before: pair.before.item,
        after: pair.after.item,
        nameBefore: shownName(nameBefore),
        nameAfter: shownName(nameAfter),
        other: other.after.item,
      });
      break;
    }
  }
  return { shown: [...moves.values()].slice(0, MAX_MOVES), count: moves.size };
}

function isInverted(a: Common, b: Common): boolean {
  return a.before.rank < b.before.rank !== a.after.rank < b.after.rank && a !== b;
}

/** Positions of a longest subsequence that rises. */
function longestIncreasing(values: readonly number[]): Set<number> {
  const tails: number[] = [];
  const previous = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[tails[middle]] < values[i]) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[i] = tails[low - 1];
    tails[low] = i;
  }
  const chosen = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at !== -1; at = previous[at]) chosen.add(at);
  return chosen;
}
