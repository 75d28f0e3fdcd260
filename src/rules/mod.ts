/**
 * Decides which events are logged, and under which RuleName.
 *
 * @example
 * ```ts
 * import { loadConfig } from "../config/mod.ts";
 * import { compileRules } from "./mod.ts";
 * const { config } = loadConfig(await Deno.readFile("sysmon.xml"), "sysmon.xml");
 * const rules = compileRules(config);
 * const ruleName = rules.evaluate(event); // undefined: not logged
 * ```
 */
export { explainEvent } from "./explain.ts";
export type * from "./explanation.ts";
export { type ApplyFieldSizes, compileFieldSizes } from "./field_sizes.ts";
export { compileRules, type RuleOptions, type RuleSet } from "./rule_set.ts";
export type { ImageSeparator } from "./text.ts";
export { type Miss, nearestInclude } from "./why_not.ts";
