/** Leaves out rules that an earlier input has already. */
import { describePlace, type Findings } from "./findings.ts";
import type { JoinedElement } from "./join.ts";
import { namesOf, signatureOf } from "./signature.ts";
import type { Contribution, Item, Part } from "./types.ts";

interface Seen {
  readonly contribution: Contribution;
  readonly item: Item;
}

/**
 * The element without rules that an earlier input has; a rule that is twice in one input stays. In
 * an element that combines with `or` the first of two equal rules decides, so that nothing changes.
 */
export function withoutDuplicates(element: JoinedElement, findings: Findings): JoinedElement {
  if (element.combination === "and") return element;
  const seen = new Map<string, Seen>();
  const contributions = element.contributions.map((contribution) => {
    const parts: Part[] = [];
    let leftOut = false;
    for (const part of contribution.parts) {
      if (part.kind === "item") {
        const signature = signatureOf(part.model);
        const earlier = seen.get(signature);
        leftOut = earlier !== undefined && earlier.contribution.input !== contribution.input &&
          isDuplicate(earlier, { contribution, item: part }, findings);
        if (earlier === undefined) seen.set(signature, { contribution, item: part });
        if (!leftOut) parts.push(part);
      } else if (part.kind === "comment" && leftOut) {
        parts.push({ ...part, trailing: false });
      } else parts.push(part);
    }
    return { ...contribution, parts };
  });
  return { ...element, contributions };
}

function isDuplicate(earlier: Seen, later: Seen, findings: Findings): boolean {
  const { input, element } = later.contribution;
  const place = { input, offset: later.item.model.offset };
  const there = describePlace({
    input: earlier.contribution.input,
    offset: earlier.item.model.offset,
  });
  const namesMatter = element.onmatch === "include";
  if (namesMatter && namesOf(earlier.item.model) !== namesOf(later.item.model)) {
    const message = `the same rule has another name at ${there}, which is the one reported`;
    findings.warn("MON407", place, message);
    return false;
  }
  findings.duplicates++;
  findings.note("MON411", place, `the same rule is at ${there}; this one is left out`);
  return true;
}
