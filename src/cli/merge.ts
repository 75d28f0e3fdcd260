/** `monomi merge FILE… -o OUT`: modules into one configuration. */
import { resolve } from "node:path";
import { escapeUnprintable, languageOfName, loadConfig } from "../config/mod.ts";
import type { Diagnostic } from "../config/diagnostics.ts";
import { writeDocument } from "../config/write/text.ts";
import { NotXmlError } from "../config/write/xml.ts";
import { NotYamlError } from "../config/write/yaml.ts";
import { readConfigBytes } from "../config/read_file.ts";
import { mergeConfigs, type MergeInput, type MergeReport, readModule } from "../merge/mod.ts";
import { jsonText } from "../output/json.ts";
import { diagnosticToJson } from "../report/json.ts";
import {
  findVersions,
  NEWEST_VERSION,
  OLDEST_CONFIGURATION_VERSION,
  type VersionNumber,
} from "../schema/versions.ts";
import type { Command } from "./command.ts";
import { readFailure } from "./configuration.ts";
import { findModules, type InputArguments, type ModuleFile } from "./merge_inputs.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { NotWrittenError, replaceFile } from "./replace_file.ts";
import { writeToStdout } from "./standard_output.ts";
import { Exit, Failure, readArguments, UsageError } from "./usage.ts";

interface Options extends InputArguments {
  /** `-` is standard output. */
  readonly output: string;
  readonly schemaVersion: VersionNumber | undefined;
  readonly prefer: "first" | "last" | undefined;
  readonly permissive: boolean;
  readonly json: boolean;
  readonly notes: boolean;
}

async function runMerge(args: string[]): Promise<number> {
  const options = readOptions(args);
  const paths = [...options.arguments, ...options.lists, ...options.excludeLists, options.output];
  if (!paths.some((path) => isOutOfReach(resolve(path)))) dropPermissions();
  const modules = await findInputs(options);
  const read = await readAll(modules, options);
  if (typeof read === "number") return read;
  const { document, diagnostics, report } = mergeConfigs(read.inputs, options);
  const language = languageOfName(options.output) ?? "xml";
  const text = document && tryToWrite(() => writeDocument(document, language));
  const checked = text === undefined ? [] : errorsIn(text, options);
  const all = [...read.diagnostics, ...diagnostics, ...checked];
  const isDone = text !== undefined && checked.length === 0;
  if (isDone && !deliver(text, options.output)) return Exit.COULD_NOT_RUN;
  if (options.json) printJson(report, all, isDone);
  else {
    printDiagnostics(all.filter(({ severity }) => options.notes || severity !== "note"));
    const untold = options.notes ? 0 : all.filter(({ severity }) => severity === "note").length;
    console.error(summaryOf(report, options.output, isDone, untold));
  }
  return isDone ? Exit.OK : Exit.NO;
}

function readOptions(args: string[]): Options {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o" },
      list: { type: "string", multiple: true },
      base: { type: "string" },
      exclude: { type: "string", multiple: true },
      "exclude-list": { type: "string", multiple: true },
      "schema-version": { type: "string" },
      prefer: { type: "string" },
      permissive: { type: "boolean" },
      json: { type: "boolean" },
      notes: { type: "boolean" },
    },
  });
  const lists = values.list ?? [];
  if (positionals.length + lists.length === 0) throw new UsageError("no file is given");
  const output = values.output ?? "-";
  if (values.json && output === "-") {
    throw new UsageError("--json needs the standard output for itself; name a file with -o");
  }
  const { prefer } = values;
  if (prefer !== undefined && prefer !== "first" && prefer !== "last") {
    throw new UsageError("--prefer is first or last");
  }
  const version = values["schema-version"];
  return {
    arguments: positionals,
    lists,
    excludeLists: values["exclude-list"] ?? [],
    excluded: values.exclude ?? [],
    base: values.base,
    output,
    schemaVersion: version === undefined ? undefined : readVersion(version),
    prefer,
    permissive: values.permissive ?? false,
    json: values.json ?? false,
    notes: values.notes ?? false,
  };
}

function readVersion(text: string): VersionNumber {
  const version = findVersions(text).find(({ number }) => number >= OLDEST_CONFIGURATION_VERSION);
  if (version !== undefined) return version.number;
  throw new UsageError(
    `--schema-version takes a version from 4.0 to ${NEWEST_VERSION.windows.text}, not "${text}"`,
  );
}

/** The files to merge, without the output, should it lie among them. */
async function findInputs(options: Options): Promise<ModuleFile[]> {
  const output = options.output === "-" ? undefined : resolve(options.output);
  if (options.arguments.some((path) => resolve(path) === output)) {
    throw new UsageError(`${options.output} is an input and the output`);
  }
  const modules = (await findModules(options)).filter(({ file }) => resolve(file) !== output);
  if (modules.length === 0) throw new Failure("nothing is left to merge", Exit.COULD_NOT_RUN);
  return modules;
}

/** All inputs, or the exit code when one cannot be used; everything that is wrong is told. */
async function readAll(modules: readonly ModuleFile[], options: Options) {
  const inputs: MergeInput[] = [];
  const warnings: Diagnostic[] = [];
  const errors: Diagnostic[] = [];
  let failed = false;
  for (const { file, name, failure } of modules) {
    const shown = file === "-" ? "<stdin>" : file;
    try {
      if (failure !== undefined) throw new Error(failure);
      const { input, diagnostics } = readModule(
        await readConfigBytes(file),
        shown,
        name,
        options,
      );
      if (input === undefined) errors.push(...diagnostics.filter(isError));
      else inputs.push(input);
      warnings.push(...diagnostics.filter(({ code }) => code === "MON403"));
    } catch (error) {
      failed = true;
      console.error(`${escapeUnprintable(shown)}: error: cannot be read: ${readFailure(error)}`);
    }
  }
  if (!failed && errors.length === 0) return { inputs, diagnostics: warnings };
  if (options.json) {
    console.log(jsonText({ merged: false, diagnostics: errors.map(diagnosticToJson) }));
  } else printDiagnostics(errors);
  return failed ? Exit.COULD_NOT_RUN : Exit.NO;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function tryToWrite(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof NotXmlError || error instanceof NotYamlError)) throw error;
    console.error(`monomi merge: ${escapeUnprintable(error.message)}`);
    return undefined;
  }
}

/** The result is read again before anybody gets it. */
function errorsIn(text: string, { output, permissive }: Options): Diagnostic[] {
  const name = output === "-" ? "<stdout>" : output;
  const { diagnostics } = loadConfig(new TextEncoder().encode(text), name, { permissive });
  return diagnostics.filter(isError);
}

function deliver(text: string, output: string): boolean {
  const content = new TextEncoder().encode(text);
  if (output === "-") {
    writeToStdout(content);
    return true;
  }
  try {
    replaceFile(output, content);
    return true;
  } catch (error) {
    if (!(error instanceof NotWrittenError)) throw error;
    console.error(`monomi merge: ${error.message}`);
    return false;
  }
}

function printJson(report: MergeReport, diagnostics: readonly Diagnostic[], merged: boolean): void {
  console.log(jsonText({ merged, ...report, diagnostics: diagnostics.map(diagnosticToJson) }));
}

function summaryOf(
  { inputs, elements, duplicates, schemaVersion }: MergeReport,
  output: string,
  isDone: boolean,
  untold: number,
): string {
  if (!isDone) return "monomi merge: the inputs conflict, nothing is written";
  const rules = elements.reduce((sum, { items }) => sum + items, 0);
  const left = duplicates === 0 ? "" : `, ${numberOf(duplicates, "duplicate")} left out`;
  const where = output === "-" ? "" : ` in ${escapeUnprintable(output)}`;
  const notes = untold === 0 ? "" : ` (--notes tells ${untold} more)`;
  return `monomi merge: ${numberOf(inputs.length, "input")}, ` +
    `${numberOf(elements.length, "element")}, ${numberOf(rules, "rule")}${left}; ` +
    `schema version ${schemaVersion}${where}${notes}`;
}

function numberOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The command. */
export const merge: Command = {
  name: "merge",
  group: "configurations",
  summary: "merge modules into one configuration",
  help: `usage: monomi merge [OPTION]… FILE… [-o OUT]

Joins configurations, such as the modules of sysmon-modular, into one that means what they mean
together. FILE is a file, a folder (at any depth, by name), a pattern, or -. Everything for the same
event and onmatch becomes one element, with a comment for each file that it comes from. OUT is
YAML if it ends in .yaml or .yml, else XML.

  -o, --output OUT       where to write; without it standard output
  --list FILE            merge the files named in FILE, one a line
  --exclude PATH         leave out this file or folder; may be given several times
  --exclude-list FILE    leave out the files named in FILE
  --base DIR             what paths in lists are relative to; without it the folder of the list
  --schema-version V     of the result; without it the newest of all inputs
  --prefer first|last    whose entry counts where inputs differ, such as in HashAlgorithms
  --permissive           read inputs as Sysmon for Linux 1.5.2
  --notes                tell also what was left out as a duplicate
  --json                 report as one JSON object on standard output

exit codes: 0 merged, 1 inputs are invalid or conflict, 2 wrong usage, 3 could not read or write`,
  run: runMerge,
};
