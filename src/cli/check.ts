/** `monomi check FILE…`: is this configuration valid, and does it do what its author thinks? */
import { resolve } from "node:path";
import { escapeUnprintable } from "../config/mod.ts";
import {
  type FileResult,
  renderGithub,
  renderJson,
  renderSarif,
  summaryOf,
} from "../report/mod.ts";
import { VERSION } from "../sensor/version.ts";
import { checkFile } from "./check_file.ts";
import { findFiles } from "./check_files.ts";
import { readCheckOptions } from "./check_options.ts";
import type { Command } from "./command.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { Exit } from "./usage.ts";

async function runCheck(args: string[]): Promise<number> {
  const options = readCheckOptions(args);
  const root = Deno.env.get("GITHUB_WORKSPACE") || Deno.cwd();
  const files = await findFiles(options.arguments);
  // A shell's <(…) is under /dev.
  if (!files.some(({ file }) => isOutOfReach(resolve(file)))) dropPermissions();
  const results: FileResult[] = [];
  for (const found of files) {
    const result = await checkFile(found, options);
    results.push(result);
    if (options.format === "text") printResult(result, files.length > 1);
  }
  if (options.format === "json") console.log(renderJson(results));
  if (options.format === "sarif") console.log(renderSarif(results, root, VERSION));
  if (options.format === "github") printLines(renderGithub(results, root));
  if (options.format === "text" && results.length > 1) console.error(summaryOf(results));
  if (results.some((result) => result.failure !== undefined)) return Exit.COULD_NOT_RUN;
  return results.every((result) => result.valid) ? Exit.OK : Exit.NO;
}

function printLines(text: string): void {
  if (text !== "") console.log(text);
}

function printResult(result: FileResult, isOneOfMany: boolean): void {
  const { file, validated, diagnostics, failure } = result;
  if (failure !== undefined) {
    console.error(`${escapeUnprintable(file)}: error: cannot be read: ${failure}`);
    return;
  }
  printDiagnostics(diagnostics);
  const prefix = isOneOfMany ? `${escapeUnprintable(file)}: ` : "";
  if (validated) console.log(`${prefix}Configuration file validated.`);
}

/** The command. */
export const check: Command = {
  name: "check",
  group: "configurations",
  summary: "validate configurations",
  help: `usage: monomi check [OPTION]… FILE…

Validates Sysmon configurations, and a service's settings (monomi.yaml), and warns of rules that
cannot do what they seem to. FILE is a file, a folder (its *.xml, *.yaml and *.yml files at any
depth), a pattern, or - for standard input. Each problem has a code that docs/diagnostics.md
explains.

  --platform linux|windows   warn of what this platform never produces
  --target TARGET            what will it do there? sysmon (for Windows), sysmon-linux, monomi
  --permissive               read as Sysmon for Linux 1.5.2: skip what it skips, with warnings
  --deny warnings|CODE,…     these warnings are errors
  --allow CODE,…             do not tell these warnings
  --json                     one JSON object on standard output
  --sarif                    SARIF 2.1.0, for code scanning
  --github                   annotations for a GitHub workflow

exit codes: 0 all files are valid, 1 one is not, 2 wrong usage, 3 a file could not be read`,
  run: runCheck,
};
