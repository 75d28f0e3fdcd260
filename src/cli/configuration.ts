/** How commands read the configurations that they are given. */
import {
  type Config,
  escapeUnprintable,
  formatDiagnostic,
  type LoadOptions,
} from "../config/mod.ts";
import { loadConfigFile } from "../config/read_file.ts";
import { PolicyError } from "./policy.ts";
import { Exit } from "./usage.ts";

/**
 * The configuration in `path` (`-` is standard input). Diagnostics go to stderr, one a line.
 *
 * @throws {PolicyError} for a file that cannot be read (exit 3) or is invalid (exit 1)
 */
export async function readConfiguration(path: string, options: LoadOptions = {}): Promise<Config> {
  const { config, diagnostics } = await readOrRefuse(path, options);
  for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
  if (config === undefined) {
    throw new PolicyError(`the configuration ${path} is invalid`, Exit.NO);
  }
  return config;
}

async function readOrRefuse(path: string, options: LoadOptions) {
  try {
    return await loadConfigFile(path, options);
  } catch (error) {
    const reason = readFailure(error);
    throw new PolicyError(`cannot read ${path}: ${reason}`, Exit.COULD_NOT_RUN);
  }
}

/** Why a file could not be read, in a few words. Throws on what is no failure to read. */
export function readFailure(error: unknown): string {
  const isOurFault = !(error instanceof Error) ||
    /^(Type|Range|Reference|Syntax)Error$/.test(error.name);
  if (isOurFault) throw error;
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  const code = "code" in error ? String(error.code) : "";
  return code === "EISDIR" ? "it is a directory" : escapeUnprintable(code || error.message);
}
