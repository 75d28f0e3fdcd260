/**
 * Merges modules into one configuration that means what they mean together.
 *
 * @example
 * ```ts
 * import { mergeConfigs } from "./mod.ts";
 * const { document, diagnostics } = mergeConfigs([
 *   { name: "a.xml", document: a.document, config: a.config },
 *   { name: "b.xml", document: b.document, config: b.config },
 * ]);
 * if (document !== undefined) console.log(writeXml(document));
 * ```
 */
export { mergeConfigs } from "./merge.ts";
export { readModule } from "./read.ts";
export type { MergeInput, MergeOptions, MergeReport, MergeResult } from "./types.ts";
