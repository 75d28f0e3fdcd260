/** Configurations that are to be stored for a service: read once, found valid, kept as they are. */
import { languageOf, loadConfig, type LoadResult, SourceText } from "../config/mod.ts";
import { readConfigBytes } from "../config/read_file.ts";
import type { NewConfiguration } from "../service/install.ts";
import { readFailure } from "./configuration.ts";
import { shippedRules } from "./default_rules.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { Exit, Failure } from "./usage.ts";

/** A configuration and what the reader says of it. */
export interface Given extends LoadResult {
  readonly configuration: NewConfiguration;
}

/** Reads a file, `-` being standard input. @throws {Failure} when it cannot be read */
export async function readGiven(path: string): Promise<Given> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readConfigBytes(path);
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
  const fileName = path === "-" ? "<stdin>" : path;
  const loaded = loadConfig(bytes, fileName);
  const language = languageOf(loaded.config?.source ?? new SourceText(fileName, ""));
  return { ...loaded, configuration: { bytes, language, name: path } };
}

/** The file's configuration, with diagnostics on standard error. @throws {Failure} */
export async function validGiven(path: string): Promise<NewConfiguration> {
  const { config, diagnostics, configuration } = await readGiven(path);
  printDiagnostics(diagnostics);
  if (config === undefined) throw new Failure(`the configuration ${path} is invalid`, Exit.NO);
  return configuration;
}

/** The shipped rules for this system. */
export function shippedConfiguration(): NewConfiguration {
  return { bytes: shippedRules().bytes, language: "xml", name: null };
}
