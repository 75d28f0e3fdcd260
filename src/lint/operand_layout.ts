/** Operands with blanks, lists or wildcards that are compared as they stand (config-semantics X5, O3). */
import { quote } from "../config/diagnostics.ts";
import type { Condition } from "../config/model.ts";
import type { Operator } from "../schema/options.ts";
import type { LintContext } from "./context.ts";
import { holdsCommandLine, holdsFreeText, neverHasWildcards } from "./fields.ts";
import { takesList } from "./predicate.ts";

/** X5: nothing is trimmed. */
export function checkBlanks(context: LintContext, condition: Condition): boolean {
  const { operator, value, field, valueOffset } = condition;
  const help = "remove it: blanks and line breaks around values and list items count";
  if (/^[ \t]*\n|\n[ \t]*$/.test(value)) {
    const message = "the line breaks around the value are part of it and are compared, too";
    context.warn("MON115", valueOffset, message, help);
    return true;
  }
  if (!/^\s|\s$|;\s|\s;/.test(value)) return false;
  const items = takesList(operator) ? value.split(";") : [value];
  // The usual way to lay out a list: a blank behind each separator, none before the first item.
  const [first, ...others] = items;
  const written = context.config.source.text.slice(valueOffset, valueOffset + value.length);
  const isLaidOut = others.length > 0 && /;[ \t]/.test(written) && !startsBlank(first) &&
    others.every(startsBlank);
  const suspicious = isLaidOut
    ? others[0]
    : items.find((item) => !holdsFreeText(field) && hasStrayBlank(operator, item));
  if (suspicious === undefined) return false;
  const side = suspicious.startsWith(" ") || suspicious.startsWith("\t") ? "before" : "behind";
  context.warn(
    "MON115",
    context.within(condition, value.indexOf(suspicious), suspicious.length),
    `the blank ${side} ${quote(suspicious.trim())} is part of it: ${field} is compared with it`,
    help,
  );
  return true;
}

function startsBlank(text: string): boolean {
  return /^[ \t]+[^ \t]/.test(text);
}

function hasStrayBlank(operator: Operator, item: string): boolean {
  const trimmed = item.trim();
  if (trimmed === "" || trimmed === item) return false;
  const leading = startsBlank(item);
  const trailing = /[ \t]$/.test(item);
  switch (operator) {
    case "is":
    case "is not":
    case "is any":
    case "image":
      return true;
    case "begin with":
    case "not begin with":
      return leading;
    case "end with":
    case "not end with":
      return trailing;
    default:
      return leading && /^([a-z]:)?[\\/]/i.test(trimmed);
  }
}

/** O3: lists are split at `;`, and only for the operators that take one. */
export function checkList(context: LintContext, condition: Condition): boolean {
  const { operator, value, field, valueOffset } = condition;
  if (!takesList(operator)) {
    if (!looksLikeList(field, value)) return false;
    const meant = LIST_OPERATOR[operator];
    context.warn(
      "MON118",
      valueOffset,
      `'${operator}' takes no list: ${field} is compared with ${quote(value)} as a whole`,
      meant === undefined
        ? "write one condition for each value"
        : `use '${meant}', or write one condition for each value`,
    );
    return true;
  }
  const separator = value.includes(";") ? undefined : otherSeparator(field, value);
  if (separator === undefined) return false;
  context.warn(
    "MON118",
    valueOffset,
    `lists are split at ';' only: ${quote(value)} is one item`,
    `write ';' instead of '${separator}'`,
  );
  return true;
}

const LIST_OPERATOR: Readonly<Record<string, string>> = {
  "is": "is any",
  "contains": "contains any",
  "excludes": "excludes any",
};

function looksLikeList(field: string, value: string): boolean {
  if (!value.includes(";")) return false;
  const parts = value.split(";");
  if (!holdsFreeText(field)) return true;
  // `;` separates commands as well; bare words on both sides are no commands worth looking for.
  return holdsCommandLine(field) && parts.every((part) => /^[\w.\\/-]+$/.test(part));
}

function otherSeparator(field: string, value: string): string | undefined {
  if (holdsFreeText(field) || field === "Hashes" || field === "Hash") return undefined;
  return [",", "|"].find((separator) => {
    const parts = value.split(separator).map((part) => part.trim());
    return parts.length > 1 &&
      (parts.every((part) => /\.[a-z0-9]{2,4}$/i.test(part)) ||
        parts.every((part) => /^([a-z]:)?[\\/.]/i.test(part)) ||
        parts.every((part) => /^[0-9]+$/.test(part)));
  });
}

/** Conditions know no patterns. */
export function checkWildcards(context: LintContext, condition: Condition): boolean {
  const { field, value } = condition;
  if (!value.includes("*") && !value.includes("?")) return false;
  if (!neverHasWildcards(field)) return false;
  const at = value.replace(/\\\\\?\\|\\\?\?\\/g, (prefix) => "x".repeat(prefix.length))
    .search(/[*?]/);
  if (at === -1) return false;
  context.warn(
    "MON116",
    context.within(condition, at, 1),
    `'${value[at]}' is compared as it stands: conditions know neither wildcards nor patterns`,
    "use 'begin with', 'end with', 'contains' or, for parts in any order, 'contains all'",
  );
  return true;
}
