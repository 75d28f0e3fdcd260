/** One file for `check`: read, judged by the reader, the lint and the target, or as settings. */
import { compileBlocking } from "../blocking/mod.ts";
import { sortDiagnostics } from "../config/diagnostics.ts";
import { type Config, type Diagnostic, loadConfig, type LoadResult } from "../config/mod.ts";
import { readConfigBytes } from "../config/read_file.ts";
import { lint } from "../lint/mod.ts";
import { checkTarget } from "../lint/targets.ts";
import type { FileResult } from "../report/mod.ts";
import { isSettings, loadSettings } from "../settings/mod.ts";
import type { Found } from "./check_files.ts";
import type { CheckOptions } from "./check_options.ts";
import { readFailure } from "./configuration.ts";

/** Errors that Sysmon finds only after it has called the file validated (config-semantics 1.4). */
const FOUND_LATE: ReadonlySet<string> = new Set(["MON060", "MON062", "MON063", "MON064"]);

/** By what a file is judged. */
export type Judgement = Pick<CheckOptions, "target" | "platform" | "allowed" | "denied">;

/** As `check` without options does. */
export const PLAIN: Judgement = {
  target: undefined,
  platform: undefined,
  allowed: new Set(),
  denied: () => false,
};

/** Reads and judges one file, `-` being standard input. */
export async function checkFile(
  { file, failure }: Found,
  options: CheckOptions,
): Promise<FileResult> {
  const name = file === "-" ? "<stdin>" : file;
  if (failure !== undefined) return unread(name, failure);
  try {
    const bytes = await readConfigBytes(file);
    if (isSettings(name, new TextDecoder().decode(bytes))) return judgeSettings(name, bytes);
    return judge(name, loadConfig(bytes, name, options), options);
  } catch (error) {
    return unread(name, readFailure(error));
  }
}

/** Where the target has no such event, nothing else needs to be said of the element's platform. */
function doubts(
  config: Config,
  platform: CheckOptions["platform"],
  target: CheckOptions["target"],
): Diagnostic[] {
  const aimed = target === undefined ? [] : checkTarget(config, target);
  const unknown = new Set(
    aimed.filter(({ code }) => code === "MON153").map(({ line, column }) => `${line}:${column}`),
  );
  const linted = lint(config, { platform }).filter(({ code, line, column }) =>
    code !== "MON130" || !unknown.has(`${line}:${column}`)
  );
  const inKernel = platform === "linux" ? compileBlocking(config, new Map()).problems : [];
  return [...linted, ...aimed, ...inKernel];
}

function judgeSettings(file: string, bytes: Uint8Array): FileResult {
  const { settings, diagnostics } = loadSettings(bytes, file, []);
  const valid = settings !== undefined;
  return { file, valid, validated: valid, diagnostics };
}

function unread(file: string, failure: string): FileResult {
  return { file, valid: false, validated: false, diagnostics: [], failure };
}

/** What is to be said of a file that was read. */
export function judge(
  file: string,
  { config, diagnostics: read }: LoadResult,
  { target, platform, allowed, denied }: Judgement,
): FileResult {
  const found = config === undefined ? read : [...read, ...doubts(config, platform, target)];
  const told = sortDiagnostics(found)
    .filter(({ severity, code }) => severity === "error" || !allowed.has(code))
    .map((diagnostic): Diagnostic =>
      diagnostic.severity === "warning" && denied(diagnostic.code)
        ? { ...diagnostic, severity: "error" }
        : diagnostic
    );
  return {
    file,
    valid: told.every(({ severity }) => severity !== "error"),
    validated: read.every(({ severity, code }) => severity !== "error" || FOUND_LATE.has(code)) &&
      !(target === "sysmon" && found.some(({ code }) => code === "MON153")),
    diagnostics: told,
  };
}
