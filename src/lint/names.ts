/**
 * Names that tell the ATT&CK technique: `technique_id=T1059.001,technique_name=PowerShell`. Judged
 * only in files where most names are of this kind; separators may be `,` or `;`.
 */
import { quote } from "../config/diagnostics.ts";
import type { Condition, Config } from "../config/model.ts";
import { namingConditions, ruleNameOf, rulesOf } from "./alternatives.ts";
import type { LintContext } from "./context.ts";

/** A name that the file gives, and where. */
interface GivenName {
  readonly text: string;
  readonly offset: number;
  readonly includes: boolean;
}

/** `technique_id` and `TechniqueID` alike. */
const ID_KEY = /(?:^|[,;]\s*)technique_?id\s*=/i;
const GOOD_ID = /^T\d{4}(\.\d{3})?$/;

/** Reports names of conditions that another condition of their Rule always overrides (V19). */
export function checkOverriddenNames(context: LintContext): void {
  for (const rule of context.config.elements.flatMap(rulesOf)) {
    const naming = namingConditions(rule);
    for (const condition of rule.conditions) {
      const { nameOffset } = condition;
      const name = ruleNameOf(condition);
      if (nameOffset === undefined || name === "-" || naming.includes(condition)) continue;
      const [last] = naming;
      if (ruleNameOf(last) === name) continue;
      context.warn(
        "MON142",
        nameOffset,
        `this name is never reported: all conditions of the Rule must match, and the last one, ` +
          `line ${context.line(last.offset)}, gives ${quote(ruleNameOf(last))}`,
        last.nameOffset === undefined
          ? "put the named condition last, or give its name to the Rule"
          : "keep one name, and give it to the Rule",
      );
    }
  }
}

/** Reports names that do not fit the file's own convention. */
export function checkNames(context: LintContext): void {
  const byText = Map.groupBy(namesOf(context.config), ({ text }) => text);
  const followers = [...byText.keys()].filter((name) => ID_KEY.test(name)).length;
  if (followers < 2 || followers * 2 <= byText.size) return;
  for (const [text, names] of byText) {
    const problem = problemOf(text);
    for (const { offset, includes } of names) {
      if (problem !== undefined) {
        context.warn("MON140", offset, problem.message, problem.help);
      } else if (includes && !ID_KEY.test(text)) {
        context.warn(
          "MON141",
          offset,
          `${quote(text)} names no technique, as most names in this file do`,
          "write technique_id=T1059.001,technique_name=PowerShell, with the technique that is meant",
        );
      }
    }
  }
}

function problemOf(name: string): { message: string; help?: string } | undefined {
  if (!ID_KEY.test(name)) {
    const technique = /\bT\d{4}(\.\d{3})?\b/.exec(name)?.[0];
    return technique === undefined ? undefined : {
      message: `${quote(name)} tells its technique in another way than most names in this file`,
      help: `write technique_id=${technique}`,
    };
  }
  const seen = new Set<string>();
  for (const [key, value] of pairsOf(name)) {
    const plain = key.toLowerCase().replaceAll("_", "");
    if (seen.has(plain)) return { message: `${quote(key)} stands twice in ${quote(name)}` };
    seen.add(plain);
    if (value === "") {
      return { message: `${quote(key)} has no value in ${quote(name)}: the name is cut short` };
    }
    if (plain === "techniqueid" && !GOOD_ID.test(value)) {
      return {
        message: `${quote(value)} is no technique`,
        help: "techniques are written as T1059 or, with a sub-technique, T1059.001",
      };
    }
  }
}

/** `key=value` parts; what has no `=` belongs to the value before it. */
function pairsOf(name: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const part of name.split(/[,;]/)) {
    const equals = part.indexOf("=");
    if (equals === -1) continue;
    pairs.push([part.slice(0, equals).trim(), part.slice(equals + 1).trim()]);
  }
  return pairs;
}

/** The names that can be reported, each place once. */
function namesOf(config: Config): GivenName[] {
  const names = new Map<number, GivenName>();
  for (const element of config.elements) {
    const includes = element.onmatch === "include";
    for (const item of element.items) {
      const rule = item.kind === "rule" ? item : undefined;
      for (const condition of rule === undefined ? [item as Condition] : namingConditions(rule)) {
        const text = ruleNameOf(condition);
        const offset = condition.nameOffset ?? (rule?.name ?? element.groupName)?.offset;
        if (text === "-" || offset === undefined) continue;
        names.set(offset, {
          text,
          offset,
          includes: includes || names.get(offset)?.includes === true,
        });
      }
    }
  }
  return [...names.values()];
}
