/** Operands that cannot do what they seem to say, judged one condition at a time. */
import { quote } from "../config/diagnostics.ts";
import type { Condition, EventElement } from "../config/model.ts";
import { foldAscii } from "../rules/text.ts";
import { conditionsOf, type Preparer } from "./alternatives.ts";
import type { LintContext } from "./context.ts";
import { constantOf, type Statement } from "./implies.ts";
import { checkBlanks, checkList, checkWildcards } from "./operand_layout.ts";
import { checkBareHash, checkBareName, checkDomain, checkRegistryRoot } from "./operand_values.ts";
import { holds, predicateOf } from "./predicate.ts";

/** Reports the first thing wrong with each condition's operand. */
export function checkOperands(context: LintContext, preparer: Preparer): void {
  for (const element of context.config.elements) {
    for (const condition of conditionsOf(element)) {
      const { statement } = preparer.prepare(condition);
      CHECKS.some((check) => check(context, condition, element, statement));
    }
  }
}

/** Returns whether it reported something, or whether nothing else is worth saying. */
type Check = (
  context: LintContext,
  condition: Condition,
  element: EventElement,
  statement: Statement,
) => boolean;

const CHECKS: readonly Check[] = [
  checkRuleName,
  checkConstant,
  checkBlanks,
  checkList,
  checkDomain,
  checkBareHash,
  checkWildcards,
  checkRegistryRoot,
  checkBareName,
  checkExcludesAll,
  checkLetters,
];

/** V17: while rules are tried, RuleName is `-`. */
function checkRuleName(context: LintContext, condition: Condition): boolean {
  if (condition.field !== "RuleName") return false;
  const outcome = holds(predicateOf(condition, "\\"), "-") ? "always" : "never";
  context.warn(
    "MON120",
    condition.offset,
    `RuleName is '-' while rules are tried: this condition ${outcome} matches`,
    "a rule cannot ask which other rule matched; repeat that rule's conditions in a <Rule>",
  );
  return true;
}

/** 5.2, column "r empty". Empty items in lists are a matter of the reader (Q5). */
function checkConstant(
  context: LintContext,
  { operator, value, offset, valueOffset }: Condition,
  _element: EventElement,
  statement: Statement,
): boolean {
  if (operator === "image" && value === "") {
    context.warn(
      "MON112",
      offset,
      "'image' without a value matches only texts that end with a separator, as no file's path does",
      "write the file's name",
    );
    return true;
  }
  const constant = constantOf(statement);
  if (constant === undefined) return false;
  if (value !== "" && operator !== "is any") return true;
  const what = value === "" ? "without a value" : "of nothing but ';'";
  const isNever = constant === "never";
  context.warn(
    isNever ? "MON112" : "MON113",
    value === "" ? offset : valueOffset,
    isNever
      ? `'${operator}' ${what} never matches: no field is ever empty`
      : `'${operator}' ${what} always matches`,
    "a field without data holds '-'; compare with that, or write the value that is meant",
  );
  return true;
}

/** Q7: Sysmon's own usage text has `excludes any` and `excludes all` the wrong way round. */
function checkExcludesAll(context: LintContext, condition: Condition): boolean {
  const { operator, value, offset, operatorOffset } = condition;
  if (operator !== "excludes all") return false;
  const items = new Set(foldAscii(value).split(";").filter((item) => item !== ""));
  if (items.size < 2) return false;
  context.warn(
    "MON107",
    operatorOffset ?? offset,
    "'excludes all' matches as soon as one of the items does not occur, which is nearly always",
    "use 'excludes any' where none of them may occur; Sysmon's usage text has the two the " +
      "wrong way round",
  );
  return true;
}

/** O2: only A-Z and a-z are compared without regard to case. */
function checkLetters(context: LintContext, condition: Condition): boolean {
  // deno-lint-ignore no-control-regex
  if (context.platform === "windows" || !/[^\x00-\x7f]/.test(condition.value)) return false;
  const letter = Array.from(condition.value).find((character) =>
    character > "\x7f" && character.toLowerCase() !== character.toUpperCase()
  );
  if (letter === undefined) return false;
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  context.warn(
    "MON119",
    context.within(condition, condition.value.indexOf(letter), letter.length),
    `only A to Z are compared without regard to case: ${quote(letter)} does not match ` +
      quote(other),
    "write one condition for each spelling",
  );
  return true;
}
