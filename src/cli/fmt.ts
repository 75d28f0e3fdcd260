/** `monomi fmt FILE…`: one way to write a configuration. */
import { resolve } from "node:path";
import { createTwoFilesPatch } from "diff";
import { type Diagnostic, escapeUnprintable, type LoadOptions } from "../config/mod.ts";
import { formatConfig } from "../config/write/format.ts";
import { readConfigBytes } from "../config/read_file.ts";
import { jsonText } from "../output/json.ts";
import { diagnosticToJson } from "../report/json.ts";
import { findFiles, type Found } from "./check_files.ts";
import type { Command } from "./command.ts";
import { readFailure } from "./configuration.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { NotWrittenError, replaceFile } from "./replace_file.ts";
import { writeToStdout } from "./standard_output.ts";
import { Exit, readArguments, UsageError } from "./usage.ts";

interface FmtOptions extends LoadOptions {
  readonly check: boolean;
  readonly diff: boolean;
  readonly json: boolean;
  readonly output: string | undefined;
}

/** What became of one file. */
interface Outcome {
  readonly file: string;
  readonly changed: boolean;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Why it could not be read or written. */
  readonly failure?: string;
}

async function runFmt(args: string[]): Promise<number> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      check: { type: "boolean" },
      diff: { type: "boolean" },
      output: { type: "string", short: "o" },
      permissive: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  if (positionals.length === 0) throw new UsageError("no file is given");
  const options: FmtOptions = {
    check: values.check ?? false,
    diff: values.diff ?? false,
    json: values.json ?? false,
    permissive: values.permissive ?? false,
    output: values.output,
  };
  const writesNothing = options.check || options.diff;
  if (options.output !== undefined && writesNothing) {
    throw new UsageError("-o cannot be used with --check or --diff, which write nothing");
  }
  if (![...positionals, options.output ?? ""].some((file) => isOutOfReach(resolve(file)))) {
    dropPermissions();
  }
  const files = await findFiles(positionals);
  if (options.output !== undefined && files.length !== 1) {
    throw new UsageError("-o takes the result of one file");
  }
  if (options.json && !writesNothing && writesToStdout(files[0], options)) {
    throw new UsageError("--json needs the standard output for itself; use --check, or -o FILE");
  }
  const outcomes: Outcome[] = [];
  for (const found of files) {
    const outcome = await formatFile(found, options);
    outcomes.push(outcome);
    tell(outcome, options);
  }
  return finish(outcomes, options);
}

function writesToStdout({ file }: Found, { output }: FmtOptions): boolean {
  return output === "-" || (output === undefined && file === "-");
}

async function formatFile({ file, failure }: Found, options: FmtOptions): Promise<Outcome> {
  const name = file === "-" ? "<stdin>" : file;
  const nothing = { file: name, changed: false, valid: false, diagnostics: [] };
  if (failure !== undefined) return { ...nothing, failure: `cannot be read: ${failure}` };
  try {
    const seen = file === "-" ? undefined : Deno.lstatSync(file);
    const before = await readConfigBytes(file);
    const { text, diagnostics } = formatConfig(before, name, options);
    if (text === undefined) return { ...nothing, diagnostics };
    const after = new TextEncoder().encode(text);
    const changed = !isEqual(before, after);
    if (options.diff && changed && !options.json) printDifference(name, before, text);
    if (!options.check && !options.diff) write(file, after, changed, seen, options);
    return { file: name, changed, valid: true, diagnostics };
  } catch (error) {
    if (error instanceof NotWrittenError) return { ...nothing, failure: error.message };
    return { ...nothing, failure: `cannot be read: ${readFailure(error)}` };
  }
}

function write(
  file: string,
  content: Uint8Array,
  changed: boolean,
  seen: Deno.FileInfo | undefined,
  options: FmtOptions,
): void {
  if (writesToStdout({ file }, options)) writeToStdout(content);
  else if (options.output !== undefined) replaceFile(options.output, content);
  else if (changed) replaceFile(file, content, seen);
}

function printDifference(file: string, before: Uint8Array, after: string): void {
  const isUtf16 = before[0] === 0xff || before[1] === 0;
  const text = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(before);
  const patch = createTwoFilesPatch(file, file, text, after, undefined, undefined, { context: 3 });
  const lines = patch.slice(patch.indexOf("--- ")).split("\n");
  // A patch is for programs; a terminal must not obey what is in a file.
  const shown = Deno.stdout.isTerminal() ? lines.map(escapeUnprintable) : lines;
  writeToStdout(new TextEncoder().encode(shown.join("\n")));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function tell({ file, changed, diagnostics, failure }: Outcome, options: FmtOptions): void {
  if (options.json) return;
  if (failure !== undefined) {
    console.error(`${escapeUnprintable(file)}: error: ${failure}`);
    return;
  }
  printDiagnostics(diagnostics.filter(({ severity }) => severity === "error"));
  const isListed = options.check || (!options.diff && options.output === undefined);
  if (changed && isListed && file !== "<stdin>") console.log(escapeUnprintable(file));
}

function finish(outcomes: readonly Outcome[], { json, check, diff }: FmtOptions): number {
  const changed = outcomes.filter((outcome) => outcome.changed).length;
  if (json) {
    const files = outcomes.map(({ diagnostics, ...outcome }) => ({
      ...outcome,
      diagnostics: diagnostics.map(diagnosticToJson),
    }));
    console.log(jsonText({ files, changed }));
  } else if (outcomes.length > 1) {
    const invalid = outcomes.filter(({ valid }) => !valid).length;
    console.error(
      `${outcomes.length} files: ${changed} ${check || diff ? "to be formatted" : "formatted"}` +
        (invalid === 0 ? "" : `, ${invalid} left alone`),
    );
  }
  if (outcomes.some(({ failure }) => failure !== undefined)) return Exit.COULD_NOT_RUN;
  if (outcomes.some(({ valid }) => !valid)) return Exit.NO;
  return changed > 0 && (check || diff) ? Exit.NO : Exit.OK;
}

/** The command. */
export const fmt: Command = {
  name: "fmt",
  group: "configurations",
  summary: "format configurations",
  help: `usage: monomi fmt [OPTION]… FILE…

Writes configurations in one canonical form, in place; meaning and comments stay. FILE is a file, a
folder (its *.xml, *.yaml and *.yml files at any depth), a pattern, or - to read standard input and
write standard output. Prints the names of the files that it changed.

  --check           write nothing; list the files that would change, exit 1 if there are any
  --diff            write nothing; print what would change, exit 1 if anything would
  -o, --output OUT  write the result of one file to OUT (- is standard output)
  --permissive      also format what only Sysmon for Linux 1.5.2 takes
  --json            one JSON object on standard output

An invalid file is reported and left untouched.

exit codes: 0 done, 1 a file is invalid or would change, 2 wrong usage, 3 could not read or write`,
  run: runFmt,
};
