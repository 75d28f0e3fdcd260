/** Operands that a field cannot hold in the form in which it is written (config-semantics 5.3, N7). */
import { quote } from "../config/diagnostics.ts";
import type { Condition, EventElement } from "../config/model.ts";
import { foldAscii } from "../rules/text.ts";
import { eventById, fieldAt } from "../schema/events.ts";
import type { LintContext } from "./context.ts";
import { domainOf, isPossible, isPossibleText } from "./domains.ts";
import { holdsFile, holdsRegistryPath } from "./fields.ts";
import { isNegative, predicateOf, takesList } from "./predicate.ts";

/** 5.3: texts that the field cannot hold. */
export function checkDomain(
  context: LintContext,
  condition: Condition,
  element: EventElement,
): boolean {
  const { config, platform } = context;
  const { field, fieldIndex, operator, value, valueOffset } = condition;
  if (operator === "less than" || operator === "more than" || value === "") return false;
  const isHash = field === "Hashes" || field === "Hash";
  const algorithmsGiven = config.options.entries.some(({ name }) => name === "HashAlgorithms");
  if (isHash && !algorithmsGiven && platform !== "linux") return false;
  const domain = domainOf(element.tag, fieldAt(eventById(element.eventId)!, fieldIndex)!, {
    hashAlgorithms: config.options.hashAlgorithms,
    platform,
  });
  if (domain === undefined) return false;
  const predicate = predicateOf(condition, "\\");
  const code = isHash ? "MON121" : "MON114";
  const instead = likelyMeant(value).find((text) => domain.isWhole(foldAscii(text)));
  const help = isHash
    ? "use 'contains' with NAME=digits of an algorithm that HashAlgorithms names"
    : instead && `write ${quote(instead)}`;
  if (!isPossible(predicate, domain)) {
    const outcome = isNegative(operator) ? "always" : "never";
    context.warn(
      code,
      valueOffset,
      `${field} never holds such a text, so this ${outcome} matches; ` +
        `it holds ${domain.description}`,
      help,
    );
    return true;
  }
  if (!takesList(operator)) return false;
  const item = predicate.texts.find((text) => !isPossibleText(predicate, text, domain));
  if (item === undefined) return false;
  context.warn(
    code,
    context.within(condition, foldAscii(value).indexOf(item), item.length),
    `${field} never holds ${quote(item)}; it holds ${domain.description}`,
    help,
  );
  return true;
}

/** Usual slips mended. */
function likelyMeant(value: string): string[] {
  const text = value.trim();
  return [
    text,
    text.replace(/^0x0+(?=.)/i, "0x"),
    text.replace(/^0+(?=\d)/, ""),
    `0x${text}`,
    `{${text}}`,
  ];
}

const ALGORITHM_BY_DIGITS: Readonly<
  Record<number, readonly ("MD5" | "IMPHASH" | "SHA1" | "SHA256")[]>
> = { 32: ["MD5", "IMPHASH"], 40: ["SHA1"], 64: ["SHA256"] };

/** A whole hash without its name, of an algorithm that is not computed. */
export function checkBareHash(context: LintContext, condition: Condition): boolean {
  const { field, operator, value } = condition;
  if (field !== "Hashes" && field !== "Hash") return false;
  const { entries, hashAlgorithms } = context.config.options;
  if (!entries.some(({ name }) => name === "HashAlgorithms")) return false;
  const items = takesList(operator) ? value.split(";") : [value];
  const useless = items.find((item) => {
    const algorithms = /^[0-9a-f]+$/i.test(item) ? ALGORITHM_BY_DIGITS[item.length] : undefined;
    return algorithms !== undefined && !algorithms.some((name) => hashAlgorithms.has(name));
  });
  if (useless === undefined) return false;
  const name = ALGORITHM_BY_DIGITS[useless.length][0];
  context.warn(
    "MON121",
    context.within(condition, value.indexOf(useless), useless.length),
    `this is as long as a ${name}, which HashAlgorithms does not name: ${field} never holds it`,
    `add ${name} to <HashAlgorithms>`,
  );
  return true;
}

const UNKNOWN_ROOT =
  /^(hkcu|hkey_current_user|hkey_local_machine|hkey_users|hkey_classes_root|hkey_current_config|\\registry\\(?:machine|user))(?:\\|$)/i;

const ROOT_INSTEAD: Readonly<Record<string, string>> = {
  "hkey_local_machine": "HKLM",
  "hkey_users": "HKU",
  "hkey_current_config": "HKCC",
  "\\registry\\machine": "HKLM",
  "\\registry\\user": "HKU",
};

/** N7: registry paths begin with HKLM, HKU or HKCC. */
export function checkRegistryRoot(context: LintContext, condition: Condition): boolean {
  const { field, operator, value } = condition;
  if (!holdsRegistryPath(field)) return false;
  const items = takesList(operator) ? value.split(";") : [value];
  const item = items.find((text) => UNKNOWN_ROOT.test(text));
  if (item === undefined) return false;
  const root = UNKNOWN_ROOT.exec(item)![1];
  const instead = ROOT_INSTEAD[root.toLowerCase()];
  context.warn(
    "MON123",
    context.within(condition, value.indexOf(item), root.length),
    `${field} never begins with ${quote(root)}: keys are written with HKLM, HKU or HKCC`,
    instead === undefined
      ? "leave the root out and use 'contains' or 'end with'"
      : `write ${instead} instead`,
  );
  return true;
}

const PROGRAM = /^[^\\/]*\.(bat|cmd|com|cpl|dll|exe|js|msi|ocx|ps1|scr|sys|vbs)$/i;

const LINUX_NAME = /^[\w.+-]+$/;

/** A bare file name compared with a whole path. */
export function checkBareName(context: LintContext, condition: Condition): boolean {
  const { field, operator, value } = condition;
  if (!holdsFile(field)) return false;
  const comparesBeginning = operator === "begin with" || operator === "not begin with";
  if (!comparesBeginning && !["is", "is not", "is any"].includes(operator)) return false;
  const items = takesList(operator) ? value.split(";") : [value];
  const name = items.find((item) =>
    PROGRAM.test(item) || (comparesBeginning && /^\.\w/.test(item)) ||
    (context.platform === "linux" && !isNegative(operator) && LINUX_NAME.test(item))
  );
  if (name === undefined) return false;
  const outcome = isNegative(operator) ? "always" : "never";
  context.warn(
    "MON122",
    context.within(condition, value.indexOf(name), name.length),
    `${field} holds a whole path: '${operator}' ${quote(name)} ${outcome} matches`,
    isNegative(operator)
      ? "use 'not end with' and the name behind its separator"
      : comparesBeginning
      ? "use 'contains' or 'end with'"
      : "use 'image', or 'end with' and the name behind its separator",
  );
  return true;
}
