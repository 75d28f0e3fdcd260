/** Rules that cannot work on the system for which the configuration is meant. */
import { quote } from "../config/diagnostics.ts";
import type { Condition, EventElement } from "../config/model.ts";
import { conditionsOf } from "./alternatives.ts";
import type { LintContext, Platform } from "./context.ts";
import { holdsCommandLine, holdsPath } from "./fields.ts";
import { comparesBeginning, constantText, idsOf, isProduced, linuxProducer } from "./platforms.ts";
import { holds, isNegative, predicateOf, takesList } from "./predicate.ts";

/** Reports them, once for each event and field; nothing without a chosen platform. */
export function checkPlatform(context: LintContext): void {
  const { platform } = context;
  if (platform === undefined) return;
  for (const element of context.config.elements) {
    if (!checkEvent(context, element, platform)) continue;
    for (const condition of conditionsOf(element)) {
      checkCondition(context, condition, element, platform);
    }
  }
}

const NAME: Readonly<Record<Platform, string>> = { linux: "Linux", windows: "Windows" };

/** Whether there are such events at all. */
function checkEvent(context: LintContext, element: EventElement, platform: Platform): boolean {
  const { tag, onmatch, items, offset } = element;
  const asksForEvents = onmatch === "exclude" || items.length > 0;
  if (!isProduced(tag, platform)) {
    const who = platform === "linux" ? "neither Sysmon nor monomi produces" : "nothing produces";
    if (asksForEvents) {
      context.warnOnce(
        "MON130",
        tag,
        offset,
        (more) =>
          `${who} ${tag} (${idsOf(tag)}) on ${NAME[platform]}: this element has no effect ` +
          `there${more}`,
      );
    }
    return false;
  }
  const producer = platform === "linux" ? linuxProducer(tag) : "both";
  if (producer !== "both" && asksForEvents) {
    const [who, other] = producer === "sysmon"
      ? ["monomi", "Sysmon for Linux does"]
      : ["Sysmon for Linux", "monomi does"];
    context.warnOnce(
      "MON130",
      tag,
      offset,
      (more) => `${who} does not produce ${tag} (${idsOf(tag)}) on Linux, ${other}${more}`,
    );
  }
  return true;
}

function checkCondition(
  context: LintContext,
  condition: Condition,
  { tag }: EventElement,
  platform: Platform,
): void {
  const { field, operator, value, offset, valueOffset, operatorOffset } = condition;
  const text = constantText(tag, field, platform);
  if (text !== undefined) {
    const outcome = holds(predicateOf(condition, "\\"), text) ? "always" : "never";
    context.warnOnce(
      "MON131",
      `${tag} ${field} ${outcome}`,
      offset,
      (more) =>
        `${field} of ${tag} is always ${quote(text)} on ${NAME[platform]}: this ` +
        `condition ${outcome} matches${more}`,
    );
    return;
  }
  const foreign = foreignItem(condition, platform);
  if (foreign !== undefined) {
    context.warnOnce(
      "MON132",
      `${tag} ${field}`,
      context.within(condition, value.indexOf(foreign), foreign.length),
      (more) =>
        `no ${field} on ${NAME[platform]} looks like ${quote(foreign)}: this ` +
        `${isNegative(operator) ? "always" : "never"} matches there${more}`,
    );
    return;
  }
  if (platform !== "linux") return;
  const variable = /%[a-z_][a-z0-9_()]*%/i.exec(value);
  if (variable !== null) {
    context.warnOnce(
      "MON117",
      `${tag} ${field}`,
      context.within(condition, variable.index, variable[0].length),
      (more) =>
        `environment variables are not expanded on Linux: ${quote(variable[0])} is ` +
        `compared as it stands${more}`,
      "write the path itself",
    );
    return;
  }
  if (operator === "image" && value !== "" && !/[\\/]/.test(value)) {
    context.warnOnce(
      "MON104",
      `${tag} ${field}`,
      operatorOffset ?? valueOffset,
      (more) =>
        `Sysmon cuts paths at '\\' only: on Linux 'image' ${quote(value)} never matches a ` +
        `path there, only monomi cuts at '/', too${more}`,
      "use 'end with' and a '/' in front of the name: both understand that",
    );
  }
}

const WINDOWS_PATH = /^([a-z]:\\|\\|hk(lm|u|cr)\\|%?[^\\/]*\\[^\\/])/i;

/** An operand or item that is a path of the other system. */
function foreignItem(condition: Condition, platform: Platform): string | undefined {
  const { field, operator, value } = condition;
  const isUser = field === "User" || field.endsWith("User");
  if (platform === "linux" && isUser && value.includes("\\")) return value;
  if (!holdsPath(field) || holdsCommandLine(field)) return undefined;
  const items = takesList(operator) ? value.split(";") : [value];
  if (platform === "linux") return items.find((item) => WINDOWS_PATH.test(item));
  return comparesBeginning(operator) ? items.find((item) => /^\/[^/]/.test(item)) : undefined;
}
