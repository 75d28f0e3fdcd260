/** Warnings about conditions that repeat, hide, contradict or undo each other. */
import { quote } from "../config/diagnostics.ts";
import type { Owner, Preparer } from "./alternatives.ts";
import { type Contradiction, findAlternations, findContradictions } from "./combinations.ts";
import type { LintContext } from "./context.ts";
import { findRedundancies, type Redundancy } from "./redundancy.ts";

/** Conditions that contradict or undo each other. */
export function checkCombinations(context: LintContext, preparer: Preparer): void {
  for (const element of context.config.elements) {
    for (const contradiction of findContradictions(element, preparer)) {
      warnOfContradiction(context, contradiction);
    }
    for (const { extent, first, second, inRules } of findAlternations(element, preparer)) {
      const { field, operator } = second;
      const line = context.line(first.offset);
      const outcome = extent === "always"
        ? `one of them always holds`
        : `one of them holds unless ${field} says both`;
      context.warn(
        "MON129",
        second.operatorOffset ?? second.offset,
        inRules
          ? `this Rule lets in what '${first.operator}' in the like Rule on line ${line} leaves ` +
            `out: ${outcome}`
          : `this '${operator}' and the '${first.operator}' on line ${line} are alternatives: ${outcome}`,
        inRules
          ? "put both conditions into one Rule"
          : 'put them into one <Rule groupRelation="and">',
      );
    }
  }
}

function warnOfContradiction(context: LintContext, { part, first, second }: Contradiction): void {
  context.warn(
    "MON128",
    second.operatorOffset ?? second.offset,
    `${nameOf(part)} never matches: no ${second.field} meets both this and line ` +
      `${context.line(first.offset)}`,
    "split it, or combine these conditions with 'or'",
  );
}

/** Parts without effect. */
export function checkRedundancies(context: LintContext, preparer: Preparer): void {
  for (const redundancy of findRedundancies(context.config, preparer)) {
    const { kind, part, by } = redundancy;
    context.warn(
      CODE[kind],
      part.offset,
      messageOf(redundancy, context.line(by.offset)),
      helpOf(redundancy),
    );
  }
}

const CODE = {
  repeated: "MON124",
  shadowed: "MON125",
  covered: "MON126",
  swallowed: "MON127",
} as const;

function nameOf(part: Owner): string {
  if (!("kind" in part)) return `this ${part.tag} element`;
  return part.kind === "rule" ? "this Rule" : "this condition";
}

function messageOf({ kind, part, lostName }: Redundancy, line: number): string {
  const effect = lostName === undefined
    ? "removing it changes nothing"
    : `its name ${quote(lostName)} is never reported`;
  switch (kind) {
    case "repeated":
      return `${nameOf(part)} repeats line ${line}` + (lostName === undefined ? "" : `: ${effect}`);
    case "shadowed":
      return `line ${line} matches first whenever ${nameOf(part)} does: ${effect}`;
    case "covered":
      return `line ${line} also matches whenever ${nameOf(part)} does, with the same result: ` +
        "removing it changes nothing";
    case "swallowed":
      return `every event that ${nameOf(part)} matches is dropped before by line ${line}`;
  }
}

function helpOf({ kind, lostName }: Redundancy): string {
  switch (kind) {
    case "repeated":
      return lostName === undefined ? "remove one of them" : "keep the one whose name is meant";
    case "shadowed":
      return lostName === undefined
        ? "remove it, or make the other one narrower"
        : "put the narrower one where it is tried first: before the other in the same element, in " +
          "a later element otherwise";
    case "covered":
      return "remove it, or make the other one narrower";
    case "swallowed":
      return "remove it, or make the exclude narrower: excludes are always tried first";
  }
}
