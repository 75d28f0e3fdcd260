/** How commands read the configurations that they are given. */
import { type Config, escapeUnprintable, type LoadOptions } from "../config/mod.ts";
import { loadConfigFile } from "../config/read_file.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { Exit, Failure } from "./usage.ts";

/**
 * The configuration in `path` (`-` is standard input). Diagnostics go to stderr.
 *
 * @throws {Failure} for a file that cannot be read (exit 3) or is invalid (exit 1)
 */
export async function readConfiguration(path: string, options: LoadOptions = {}): Promise<Config> {
  const { config, diagnostics } = await readOrRefuse(path, options);
  printDiagnostics(diagnostics);
  if (config === undefined) {
    throw new Failure(`the configuration ${path} is invalid`, Exit.NO);
  }
  return config;
}

async function readOrRefuse(path: string, options: LoadOptions) {
  try {
    return await loadConfigFile(path, options);
  } catch (error) {
    const reason = readFailure(error);
    throw new Failure(`cannot read ${path}: ${reason}`, Exit.COULD_NOT_RUN);
  }
}

/** Why a file could not be read, in a few words. Throws on what is no failure to read. */
export function readFailure(error: unknown): string {
  const isOurFault = !(error instanceof Error) ||
    /^(Type|Range|Reference|Syntax)Error$/.test(error.name);
  if (isOurFault) throw error;
  const code = "code" in error ? String(error.code) : "";
  // A name that no file of Windows can have gives the code without the class.
  if (error instanceof Deno.errors.NotFound || code === "ENOENT") return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  return code === "EISDIR" ? "it is a directory" : escapeUnprintable(code || error.message);
}
