/**
 * Which ATT&CK techniques a configuration makes visible, by the names of its rules.
 *
 * @example
 * ```ts
 * import { coverageOf, navigatorLayer } from "./mod.ts";
 * console.log(JSON.stringify(navigatorLayer(coverageOf(config))));
 * ```
 */
export { compareVisibility, type Visibility } from "./compare.ts";
export { type Coverage, coverageOf } from "./coverage.ts";
export { coverageToJson } from "./json.ts";
export { navigatorLayer } from "./navigator.ts";
export { techniquesIn } from "./techniques.ts";
export { renderCoverage, renderMarkdown } from "./text.ts";
