/** `monomi check FILE…`: is this configuration valid? */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Diagnostic, escapeUnprintable, formatDiagnostic } from "../config/mod.ts";
import { loadConfigFile } from "../config/read_file.ts";
import type { Command } from "./command.ts";
import { readFailure } from "./configuration.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";

const USAGE = "usage: monomi check [--permissive] [--json] FILE…   (- is standard input)";

interface Options {
  readonly files: readonly string[];
  readonly permissive: boolean;
  readonly json: boolean;
}

interface Checked {
  readonly file: string;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Why the file could not be read. */
  readonly failure?: string;
}

/**
 * Validates configuration files. Diagnostics go to stderr, one line each; `--json` prints one JSON
 * object to stdout instead. Returns 0 when all files are valid, 1 when one is not, 2 for wrong usage
 * and 3 when a file cannot be read.
 */
async function checkFiles(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    console.error(`monomi check: ${options}\n${USAGE}`);
    return 2;
  }
  // A shell's <(…) is under /dev.
  if (!options.files.some((file) => isOutOfReach(resolve(file)))) dropPermissions();
  const results: Checked[] = [];
  for (const file of options.files) {
    const result = await checkFile(file, options.permissive);
    results.push(result);
    if (!options.json) report(result, options.files.length > 1);
  }
  if (options.json) console.log(JSON.stringify({ files: results }, null, 2));
  if (results.some((result) => result.failure !== undefined)) return 3;
  return results.every((result) => result.valid) ? 0 : 1;
}

function readOptions(args: string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { permissive: { type: "boolean" }, json: { type: "boolean" } },
    });
    if (positionals.length === 0) return "no file is given";
    if (positionals.filter((file) => file === "-").length > 1) return "- can be given only once";
    return {
      files: positionals,
      permissive: values.permissive ?? false,
      json: values.json ?? false,
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return escapeUnprintable(error.message.split("\n", 1)[0]);
  }
}

async function checkFile(file: string, permissive: boolean): Promise<Checked> {
  try {
    const { config, diagnostics } = await loadConfigFile(file, { permissive });
    return { file, valid: config !== undefined, diagnostics };
  } catch (error) {
    return { file, valid: false, diagnostics: [], failure: readFailure(error) };
  }
}

function report({ file, valid, diagnostics, failure }: Checked, several: boolean): void {
  if (failure !== undefined) {
    console.error(`${escapeUnprintable(file)}: error: cannot be read: ${failure}`);
    return;
  }
  for (const diagnostic of diagnostics) console.error(formatDiagnostic(diagnostic));
  if (!valid) return;
  const prefix = several ? `${escapeUnprintable(file)}: ` : "";
  console.log(`${prefix}Configuration file validated.`);
}

/** The command. */
export const check: Command = {
  name: "check",
  group: "configurations",
  summary: "validate configurations",
  help: `usage: monomi check [--permissive] [--json] FILE…

Validates Sysmon configurations; - is standard input. Problems go to stderr as
file:line:column: severity: message [code].`,
  run: checkFiles,
};
