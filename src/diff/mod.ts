/**
 * What differs between two configurations in effect, not in text.
 *
 * @example
 * ```ts
 * import { compareConfigs, isDifferent, renderDifference } from "./mod.ts";
 * const difference = compareConfigs(oldConfig, newConfig);
 * if (isDifferent(difference)) console.log(renderDifference(difference, {}));
 * ```
 */
export { compareConfigs, type Difference, isDifferent } from "./compare.ts";
export { differenceToJson } from "./json.ts";
export { renderDifference, renderVerdicts, type TextOptions } from "./text.ts";
export { VerdictComparison, type VerdictSummary } from "./verdicts.ts";
