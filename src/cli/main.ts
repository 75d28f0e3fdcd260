/**
 * Which command runs, and how its failures are told.
 */
import { escapeUnprintable } from "../config/diagnostics.ts";
import { builtLibrary } from "../sources/built_library.ts";
import { Native, NativeError } from "../sources/native.ts";
import { VERSION } from "../sensor/version.ts";
import { IdentityError, isCalledSysmon, startedAs } from "../service/identity.ts";
import { ServiceError } from "../service/service_error.ts";
import { allCommands, findCommand } from "./commands.ts";
import { overview } from "./help.ts";
import { isSysmonCommandLine } from "./sysmon/recognise.ts";
import { complain, escapeLines, Exit, Failure, UsageError } from "./usage.ts";

/** What the launcher of the single file puts in front. */
const LAUNCHER_OPTIONS: Readonly<Record<string, "library" | "file" | "name">> = {
  "--monomi-native=": "library",
  "--monomi-file=": "file",
  "--monomi-name=": "name",
};

/** Runs the program; the result is its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { args, library, name, file } = launchOptions(argv);
  if (name !== undefined) startedAs(name, file);
  if (isSysmonCommandLine(args, name ?? "")) {
    return await runSwitches(args, once(() => new Native(library)));
  }
  const [command = "help", ...rest] = args;
  if (command === "--version") {
    console.log(`monomi ${VERSION}`);
    return Exit.OK;
  }
  const asked = command === "--help" ? "help" : command;
  const chosen = await findCommand(asked);
  if (chosen === undefined && isCalledSysmon(name ?? "")) {
    return await runSwitches(args, once(() => new Native(library)));
  }
  if (chosen === undefined) {
    console.error(
      `monomi: there is no command "${escapeUnprintable(asked)}"\n\n` +
        overview(await allCommands()),
    );
    return Exit.WRONG_USAGE;
  }
  if (asksForHelp(rest)) {
    console.log(chosen.help);
    return Exit.OK;
  }
  try {
    return await chosen.run(rest, once(() => new Native(library)));
  } catch (error) {
    return told(asked, error);
  }
}

/** The library is loaded when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

async function runSwitches(args: readonly string[], load: () => Native): Promise<number> {
  // Loaded when asked for, as commands are.
  const { runSysmon } = await import("./sysmon/command.ts");
  try {
    return await runSysmon(args, load);
  } catch (error) {
    return told(args[0] ?? "", error);
  }
}

/** Only the long form: `-h` chooses hashes on Sysmon's command line. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).includes("--help");
}

function told(command: string, error: unknown): number {
  if (error instanceof UsageError) {
    complain(command, error);
    return Exit.WRONG_USAGE;
  }
  if (error instanceof Failure) {
    console.error(`monomi: ${escapeUnprintable(error.message)}`);
    return error.exitCode;
  }
  console.error(`monomi: ${escapeLines(reasonOf(error))}`);
  return Exit.COULD_NOT_RUN;
}

/** Those of the system and of our own speak for themselves; any other is a mistake of this program. */
function reasonOf(error: unknown): string {
  const isExpected = error instanceof NativeError || error instanceof IdentityError ||
    error instanceof ServiceError ||
    (error instanceof Error && ("code" in error || Object.hasOwn(Deno.errors, error.name)));
  return isExpected ? error.message : `a mistake of the program itself, please report it: ${error}`;
}

function launchOptions(argv: readonly string[]) {
  const options = { library: undefined, file: undefined, name: undefined } as {
    [option: string]: string | undefined;
  };
  let at = 0;
  for (; at < argv.length; at++) {
    const equals = argv[at].indexOf("=") + 1;
    const option = LAUNCHER_OPTIONS[argv[at].slice(0, equals)];
    if (option === undefined) break;
    options[option] = argv[at].slice(equals);
  }
  const library = options.library ?? builtLibrary();
  return { args: argv.slice(at), library, name: options.name, file: options.file };
}
