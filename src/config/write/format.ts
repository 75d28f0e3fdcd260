/** Bytes of a configuration -> its canonical text. */
import type { Diagnostic } from "../diagnostics.ts";
import { loadConfig, type LoadOptions } from "../load.ts";
import { meaningOf } from "../meaning.ts";
import { languageOf, parseDocument } from "../parse.ts";
import { writeDocument } from "./text.ts";

/** The canonical text, absent when the file has errors. */
export interface FormatResult {
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats a configuration in the language that it is written in. */
export function formatConfig(
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions = {},
): FormatResult {
  const { config, diagnostics } = loadConfig(bytes, fileName, options);
  if (config === undefined) return { diagnostics };
  const { document } = parseDocument(config.source, options);
  const text = writeDocument(document!, languageOf(config.source));
  const again = loadConfig(new TextEncoder().encode(text), fileName, options);
  if (again.config === undefined || meaningOf(again.config) !== meaningOf(config)) {
    throw new Error(`formatting ${fileName} would change what it means; please report this`);
  }
  return { text, diagnostics };
}
