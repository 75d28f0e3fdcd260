/** `monomi convert FILE`: from XML to YAML and back. */
import { resolve } from "node:path";
import { type Diagnostic, type Language, languageOf, languageOfName } from "../config/mod.ts";
import { loadConfig, parseDocument } from "../config/mod.ts";
import { readConfigBytes } from "../config/read_file.ts";
import { diagnosticAt } from "../config/diagnostics.ts";
import { writeDocument } from "../config/write/text.ts";
import { NotXmlError } from "../config/write/xml.ts";
import { jsonText } from "../output/json.ts";
import { diagnosticToJson } from "../report/json.ts";
import type { Command } from "./command.ts";
import { readFailure } from "./configuration.ts";
import { dropPermissions, isOutOfReach } from "./permissions.ts";
import { printDiagnostics } from "./print_diagnostics.ts";
import { createFile, NotWrittenError, replaceFile } from "./replace_file.ts";
import { writeToStdout } from "./standard_output.ts";
import { Exit, Failure, readArguments, UsageError } from "./usage.ts";

const LANGUAGES: readonly Language[] = ["xml", "yaml"];

interface ConvertOptions {
  readonly file: string;
  /** `-` is standard output. */
  readonly output: string;
  /** The language that the input is not in, when undefined. */
  readonly to: Language | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

async function runConvert(args: string[]): Promise<number> {
  const options = readOptions(args);
  const { file, output } = options;
  if (![file, output].some((path) => isOutOfReach(resolve(path)))) dropPermissions();
  const { text, to, diagnostics } = convertText(await read(file), file, options.to);
  if (text !== undefined) deliver(text, options);
  if (options.json) {
    const [valid, shown] = [text !== undefined, diagnostics.map(diagnosticToJson)];
    console.log(jsonText({ file, output, to, valid, diagnostics: shown }));
  } else printDiagnostics(diagnostics.filter(({ severity }) => severity === "error"));
  return text === undefined ? Exit.NO : Exit.OK;
}

function readOptions(args: string[]): ConvertOptions {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o" },
      to: { type: "string" },
      force: { type: "boolean" },
      json: { type: "boolean" },
    },
  });
  if (positionals.length !== 1) {
    throw new UsageError(positionals.length === 0 ? "no file is given" : "one file at a time");
  }
  const { output = "-", to, force = false, json = false } = values;
  if (json && output === "-") {
    throw new UsageError("--json needs the standard output for itself; name a file with -o");
  }
  const language = LANGUAGES.find((name) => name === to);
  if (to !== undefined && language === undefined) {
    throw new UsageError(`--to is xml or yaml, not "${to}"`);
  }
  return { file: positionals[0], output, to: language ?? languageOfName(output), force, json };
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readConfigBytes(file);
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${readFailure(error)}`, Exit.COULD_NOT_RUN);
  }
}

interface Converted {
  /** Undefined when the configuration is invalid. */
  readonly text?: string;
  readonly to?: Language;
  readonly diagnostics: readonly Diagnostic[];
}

function convertText(bytes: Uint8Array, file: string, wanted: Language | undefined): Converted {
  const { config, diagnostics } = loadConfig(bytes, file === "-" ? "<stdin>" : file);
  if (config === undefined) return { diagnostics };
  const to = wanted ?? (languageOf(config.source) === "xml" ? "yaml" : "xml");
  const { document } = parseDocument(config.source);
  try {
    return { text: writeDocument(document!, to), to, diagnostics };
  } catch (error) {
    // Only fields of monomi's own: everything else that loads can be written.
    if (!(error instanceof NotXmlError)) throw error;
    const { source } = config;
    const own = diagnosticAt(source, error.offset, "error", "MON211", error.message);
    return { to, diagnostics: [...diagnostics, own] };
  }
}

function deliver(text: string, { output, force }: ConvertOptions): void {
  const content = new TextEncoder().encode(text);
  try {
    if (output === "-") writeToStdout(content);
    else if (force) replaceFile(output, content);
    else createFile(output, content);
  } catch (error) {
    if (!(error instanceof NotWrittenError)) throw error;
    const advice = !force && error.message.endsWith("already") ? "; --force overwrites it" : "";
    throw new Failure(`${error.message}${advice}`, Exit.COULD_NOT_RUN);
  }
}

/** The command. */
export const convert: Command = {
  name: "convert",
  group: "configurations",
  summary: "write a configuration in XML or YAML",
  help: `usage: monomi convert [OPTION]… FILE

Writes an XML configuration as YAML, or a YAML one as XML: meaning, order and comments stay. FILE is
a file, or - for standard input. docs/yaml.md describes the YAML form.

  -o, --output OUT  the file to write; standard output when not given
  --to LANGUAGE     xml or yaml; else what OUT's name ends in, else what FILE is not in
  --force           overwrite OUT
  --json            one JSON object on standard output

An invalid configuration is reported and not converted.

exit codes: 0 done, 1 the file is invalid, 2 wrong usage, 3 could not read or write`,
  run: runConvert,
};
