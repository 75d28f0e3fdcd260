/** What inputs do to each other once they are merged. */
import { describePlace, type Findings } from "./findings.ts";
import type { JoinedElement } from "./join.ts";
import { signatureOf } from "./signature.ts";
import { type Contribution, itemsOf, type MergeInput } from "./types.ts";

/**
 * Reports inputs that by themselves treat an event that nothing matches otherwise than the result
 * does (config-semantics V5). `contributions` are all for one event.
 */
export function reportFallbacks(
  tag: string,
  contributions: readonly Contribution[],
  findings: Findings,
): void {
  const byInput = Map.groupBy(contributions, ({ input }) => input);
  const isInclude = ({ element }: Contribution) => element.onmatch === "include";
  const onlyExclude = [...byInput.values()].filter((own) => !own.some(isInclude));
  const including = contributions.find(isInclude);
  if (including === undefined) {
    for (const own of onlyExclude.filter((own) => own.length > 1)) {
      const message = `${own.length} exclude elements for ${tag} drop whatever none of them ` +
        `matches; joined into one they log it`;
      findings.warn("MON410", placeOf(own[1]), message);
    }
    return;
  }
  const loggingByDefault = onlyExclude.filter((own) => own.length === 1).map(([only]) => only);
  if (loggingByDefault.length === 0) return;
  const [first] = loggingByDefault;
  const number = loggingByDefault.length;
  const who = number === 1
    ? "this input has"
    : `${number} inputs, of which this is the first, have`;
  findings.note(
    "MON405",
    placeOf(first),
    `${who} only excludes for ${tag}, which log everything else; with the includes of other inputs ` +
      `(the first at ${describePlace(placeOf(including))}) only what these match is logged`,
  );
}

/** Reports rules that one input includes and another one excludes word for word. */
export function reportContradictions(
  elements: readonly JoinedElement[],
  findings: Findings,
): void {
  const excluded = new Map<string, { input: MergeInput; offset: number }>();
  forEachAlternative(elements, "exclude", (signature, input, offset) => {
    if (!excluded.has(signature)) excluded.set(signature, { input, offset });
  });
  forEachAlternative(elements, "include", (signature, input, offset) => {
    const exclude = excluded.get(signature);
    if (exclude === undefined || exclude.input === input) return;
    const message = `this can never log anything: the same is excluded at ${
      describePlace(exclude)
    }`;
    findings.warn("MON406", { input, offset }, message);
  });
}

function forEachAlternative(
  elements: readonly JoinedElement[],
  onmatch: "include" | "exclude",
  visit: (signature: string, input: MergeInput, offset: number) => void,
): void {
  for (const element of elements) {
    if (element.onmatch !== onmatch || element.combination !== "or") continue;
    for (const { input, parts } of element.contributions) {
      for (const { model } of itemsOf(parts)) {
        visit(`${element.tag} ${signatureOf(model)}`, input, model.offset);
      }
    }
  }
}

function placeOf({ input, element }: Contribution) {
  return { input, offset: element.offset };
}
