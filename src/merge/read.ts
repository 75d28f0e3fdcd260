/** Bytes of a module -> what is merged. */
import type { Diagnostic } from "../config/diagnostics.ts";
import { loadConfig, type LoadOptions } from "../config/mod.ts";
import { parseDocument } from "../config/parse.ts";
import type { MergeInput } from "./types.ts";

/** An input, absent when it is invalid; `diagnostics` are what its reader said. */
export interface ReadResult {
  readonly input?: MergeInput;
  readonly diagnostics: readonly Diagnostic[];
}

/** An event or field is newer than the file's own schema version. */
const TOO_NEW: ReadonlySet<string> = new Set(["MON036", "MON042"]);

/**
 * Reads a module. One that is invalid only for its own schema version being too old is taken with a
 * warning: what counts is the version of the result.
 */
export function readModule(
  bytes: Uint8Array,
  fileName: string,
  name: string,
  options: LoadOptions = {},
): ReadResult {
  const { config, diagnostics } = loadConfig(bytes, fileName, options);
  if (config !== undefined) {
    return {
      input: { name, config, document: parseDocument(config.source, options).document! },
      diagnostics,
    };
  }
  const isError = ({ severity }: Diagnostic) => severity === "error";
  if (options.permissive || diagnostics.some((one) => isError(one) && !TOO_NEW.has(one.code))) {
    return { diagnostics };
  }
  const { input } = readModule(bytes, fileName, name, { permissive: true });
  const warnings = diagnostics.map((one): Diagnostic =>
    isError(one) ? { ...one, severity: "warning", code: "MON403" } : one
  );
  return { ...(input && { input }), diagnostics: warnings };
}
