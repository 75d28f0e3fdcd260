/**
 * Reads Sysmon configurations, in XML and in YAML.
 *
 * @example
 * ```ts
 * import { formatDiagnostic, loadConfig } from "./mod.ts";
 * const bytes = await Deno.readFile("sysmon.xml");
 * const { config, diagnostics } = loadConfig(bytes, "sysmon.xml");
 * for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
 * ```
 */
export { type Code, CODES } from "./codes.ts";
export { type Diagnostic, escapeUnprintable, formatDiagnostic, quote } from "./diagnostics.ts";
export { MAX_FILE_SIZE } from "./encoding.ts";
export { loadConfig, type LoadOptions, type LoadResult } from "./load.ts";
export * from "./model.ts";
export { parseHashAlgorithms } from "./hash_algorithms.ts";
export { parseFieldSizes } from "./field_sizes.ts";
export {
  type Language,
  languageOf,
  languageOfName,
  type ParsedDocument,
  parseDocument,
  type ParseOptions,
} from "./parse.ts";
export { SourceText } from "./source.ts";
