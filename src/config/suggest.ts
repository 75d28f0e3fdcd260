/** Finds what somebody may have meant. */

const MAX_LENGTH = 40;
const MAX_DISTANCE = 2;

/**
 * The candidate that `name` is most likely a misspelling of: equal but for case, at most two edits
 * away, or begun and not ended. Undefined when nothing is close.
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const lower = name.toLowerCase();
  const all = [...candidates];
  let best = all.find((candidate) => isBeginning(lower, candidate.toLowerCase()));
  let bestDistance = Math.min(MAX_DISTANCE + 1, Math.ceil(name.length / 2));
  for (const candidate of all) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** "did you mean `Image`?", or undefined when nothing is close. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const candidate = closest(name, candidates);
  return candidate === undefined ? undefined : meant(candidate);
}

/** " (did you mean 'Image'?)" for the end of a message, or nothing. */
export function hint(name: string, candidates: Iterable<string>): string {
  const candidate = closest(name, candidates);
  return candidate === undefined ? "" : ` (did you mean '${candidate}'?)`;
}

/** "did you mean `Image`?" */
export function meant(candidate: string): string {
  return `did you mean \`${candidate}\`?`;
}

/** "`a`, `b` or `c`". */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2
    ? quoted.join("")
    : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** A candidate that is only longer, such as `EventFiltering` for `EventFilter`. */
function isBeginning(name: string, candidate: string): boolean {
  return name.length >= 4 && name.length * 2 > candidate.length && candidate.startsWith(name);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substitution, previous[j] + 1, current[j - 1] + 1);
    }
    previous = current;
  }
  return previous[b.length];
}
