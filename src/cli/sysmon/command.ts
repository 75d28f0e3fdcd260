/**
 * Sysmon's command line, mapped onto the commands: checks in the order of Sysmon for Linux, with its
 * messages and exit codes (config-semantics 7.2, 7.3).
 */
import { escapeUnprintable, formatDiagnostic } from "../../config/mod.ts";
import { formatVersion, NEWEST_VERSION, SCHEMA_VERSIONS } from "../../schema/mod.ts";
import { printManifests } from "../../schema_output/mod.ts";
import { VERSION } from "../../sensor/version.ts";
import { type Identity, identity, programName } from "../../service/identity.ts";
import { isThere, type NewConfiguration, reload, uninstall } from "../../service/install.ts";
import { type Manager, managerOf } from "../../service/manager.ts";
import { readRunning } from "../../service/stored.ts";
import { ServiceError } from "../../service/service_error.ts";
import { jsonText } from "../../output/json.ts";
import { configurationToJson, renderAsSysmon } from "../../show/mod.ts";
import { type Config, loadConfig } from "../../config/mod.ts";
import type { Native } from "../../sources/native.ts";
import { type Given as GivenFile, readGiven } from "../given_configuration.ts";
import { hasRights } from "../root.ts";
import { installWith } from "../install.ts";
import { unlockInstance } from "../own_paths.ts";
import { createFile } from "../replace_file.ts";
import { service } from "../service.ts";
import { escapeLines } from "../usage.ts";
import { tellOfLogs } from "../uninstall.ts";
import { checkOptions, hasOptions, OptionError, SYSMON_DEFAULTS, withOptions } from "./options.ts";
import { type Given, parseSwitches } from "./parse.ts";
import type { SwitchName } from "./table.ts";
import { BANNER, CONFIGURATION_HELP, SysmonExit, usage } from "./texts.ts";

const HELP = /^[-/](?:\?|h|help)$/i;
const ABOUT_CONFIGURATIONS = /^config(?:uration)?$/i;
const ON_WINDOWS = Deno.build.os === "windows";
const NEWEST = NEWEST_VERSION[ON_WINDOWS ? "windows" : "linux"];
const NEEDS_ADMINISTRATOR = "You need to launch Sysmon as an Administrator.";
const NOT_ON_LINUX: readonly SwitchName[] = [
  "ClipboardInstance",
  "DriverName",
  "ArchiveDirectory",
  "CheckRevocation",
];

/** Runs it; the result is the exit code. */
export async function runSysmon(args: readonly string[], load: () => Native): Promise<number> {
  console.log(BANNER);
  const name = programName();
  const refuse = (message?: string): number => {
    if (message !== undefined) console.error(escapeUnprintable(message));
    console.error(usage(name));
    return SysmonExit.USAGE;
  };
  if (HELP.test(args[0] ?? "")) {
    if (ABOUT_CONFIGURATIONS.test(args[1] ?? "")) console.log(CONFIGURATION_HELP);
    else console.error(usage(name));
    return SysmonExit.OK;
  }
  const parsed = parseSwitches(args, { pathsBeginWithSlash: Deno.build.os !== "windows" });
  if (parsed.failure !== undefined) return refuse(parsed.failure);
  const { given } = parsed;
  const path = given.get("Install") ?? given.get("Configuration");
  try {
    const file = path === undefined ? undefined : await readFile(path);
    checkOptions(given);
    return await act(given, file, load, refuse);
  } catch (error) {
    if (error instanceof OptionError) return refuse(error.message);
    if (!(error instanceof ServiceError)) throw error;
    console.error(escapeLines(error.message));
    return given.has("Configuration") ? SysmonExit.USAGE : SysmonExit.FILES;
  }
}

/** @throws {OptionError} for a file that cannot be used; what is wrong with it was printed. */
async function readFile(path: string): Promise<GivenFile> {
  let file: GivenFile;
  try {
    file = await readGiven(path);
  } catch (error) {
    throw new OptionError(`Error: Failed to open xml configuration: ${(error as Error).message}`);
  }
  if (file.config !== undefined) {
    const own = formatVersion(NEWEST.number);
    const version = formatVersion(file.config.schemaVersion);
    console.log(`Loading configuration file with schema version ${version}`);
    if (version !== own) console.log(`Sysmon schema version: ${own}`);
  }
  for (const diagnostic of file.diagnostics) console.error(formatDiagnostic(diagnostic));
  if (file.config === undefined) {
    throw new OptionError(`Error: Failed to load xml configuration: ${path}`);
  }
  console.log("Configuration file validated.");
  return file;
}

async function act(
  given: Given,
  file: GivenFile | undefined,
  load: () => Native,
  refuse: (message?: string) => number,
): Promise<number> {
  if (given.has("PrintSchema")) return printSchema(given.get("PrintSchema"));
  if (given.has("ConfigDefault") && !given.has("Configuration")) {
    console.log(
      "The '--' switch must be used with -c switch (config update) to set defaults.",
    );
    return SysmonExit.USAGE;
  }
  if (!ON_WINDOWS && NOT_ON_LINUX.some((name) => given.has(name))) {
    console.log("\nOption not implemented on Linux.\n");
    return SysmonExit.USAGE;
  }
  if (!/^(?:verbose)?$/i.test(given.get("DebugMode") ?? "")) {
    console.log("Possible options for DebugMode: verbose");
    return SysmonExit.USAGE;
  }
  const dump = given.get("InternalRepresentation");
  if (dump !== undefined) return dumpOrCompare(dump, configOf(file));
  const rules = given.get("OutputRules");
  if (rules !== undefined) return writeRules(rules, configOf(file));
  if (!hasRights(load)) {
    console.log(ON_WINDOWS ? NEEDS_ADMINISTRATOR : "You need to run Sysmon as root.");
    return ON_WINDOWS ? SysmonExit.NOT_ADMINISTRATOR : SysmonExit.NOT_ROOT;
  }
  const self = identity();
  const manager = managerOf(self, load);
  if (given.has("UnInstall")) {
    return await remove(self, given.get("UnInstall"), manager, load, refuse);
  }
  if (given.has("Configuration")) return await configure(self, given, file, manager, load);
  if (given.has("Service")) return await service.run([], load);
  if (given.has("Install")) return await installService(given, file, load);
  return refuse();
}

function printSchema(wanted: string | undefined): number {
  const versions = wanted === undefined
    ? [NEWEST]
    : wanted.toLowerCase() === "all"
    ? SCHEMA_VERSIONS.toReversed()
    : byPrefix(wanted);
  if (versions.length === 0) console.log("There is no schema that matches that version.");
  else console.log(printManifests(versions));
  return SysmonExit.OK;
}

/** The newest whose number begins so (L10). */
function byPrefix(wanted: string) {
  const found = SCHEMA_VERSIONS.findLast(({ platform, number }) =>
    platform !== (ON_WINDOWS ? "linux" : "windows") && formatVersion(number).startsWith(wanted)
  );
  return found === undefined ? [] : [found];
}

async function remove(
  self: Identity,
  how: string | undefined,
  manager: Manager,
  load: () => Native,
  refuse: (message?: string) => number,
): Promise<number> {
  const force = how?.toLowerCase() === "force";
  if (how !== undefined && !force) return refuse("Invalid option for -u.");
  manager.check();
  unlockInstance(self, load);
  const removed = isThere(self) ? await uninstall(self, manager, force) : [];
  console.log("Sysmon stopped.");
  if (removed.length > 0) {
    console.log(`Removed: ${removed.join(", ")}`);
    tellOfLogs(self.logDirectory);
  }
  return SysmonExit.OK;
}

async function configure(
  self: Identity,
  given: Given,
  file: GivenFile | undefined,
  manager: Manager,
  load: () => Native,
): Promise<number> {
  const toDefaults = given.has("ConfigDefault");
  const changes = file !== undefined || hasOptions(given);
  if (toDefaults && changes) {
    console.log("Cannot use specific settings with enforcing defaults.");
    return SysmonExit.USAGE;
  }
  const isRunning = manager.running() !== undefined;
  if (!toDefaults && !changes) return isRunning ? showRunning(self) : notRunning();
  if (toDefaults) console.log("Updating configuration to use all defaults.");
  if (!isRunning) {
    console.log("Error: Sysmon is not installed.");
    return SysmonExit.USAGE;
  }
  unlockInstance(self, load);
  await reload(self, toStore(given, file), VERSION, manager);
  return SysmonExit.OK;
}

function notRunning(): number {
  console.log(ON_WINDOWS ? "Sysmon is not installed on this computer" : "Sysmon is not running");
  return SysmonExit.USAGE;
}

function showRunning(self: Identity): number {
  const running = readRunning(self);
  const { config } = running === undefined
    ? { config: undefined }
    : loadConfig(running.bytes, running.fileName);
  console.log(config === undefined ? "No config to display" : renderAsSysmon(config));
  return SysmonExit.OK;
}

async function installService(
  given: Given,
  file: GivenFile | undefined,
  load: () => Native,
): Promise<number> {
  const configuration = toStore(given, file);
  try {
    await installWith(configuration, [], () => configuration, load);
    return SysmonExit.OK;
  } catch (error) {
    console.error(`Cannot install Sysmon files\n${escapeLines((error as Error).message)}`);
    return SysmonExit.FILES;
  }
}

/** The file, or Sysmon's defaults, with what the switches add. */
function toStore(given: Given, file: GivenFile | undefined): NewConfiguration {
  if (file !== undefined && !hasOptions(given)) return file.configuration;
  const bytes = new TextEncoder().encode(withOptions(file ?? defaults(), given));
  return { bytes, language: "xml", name: file?.configuration.name ?? null };
}

function defaults(): GivenFile {
  const bytes = new TextEncoder().encode(SYSMON_DEFAULTS);
  return {
    ...loadConfig(bytes, "defaults.xml"),
    configuration: { bytes, language: "xml", name: null },
  };
}

function configOf(file: GivenFile | undefined): Config {
  return (file ?? defaults()).config!;
}

/** `-x`: 0 when written or equal, 254 when different. */
function dumpOrCompare(path: string, config: Config): number {
  const { file: _, ...meaning } = configurationToJson(config) as { file: string };
  const text = `${jsonText(meaning)}\n`;
  try {
    let there: string | undefined;
    try {
      there = Deno.readTextFileSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (there === undefined) createFile(path, new TextEncoder().encode(text));
    return there === undefined || there === text ? SysmonExit.OK : SysmonExit.DIFFERENT;
  } catch (error) {
    console.error(escapeUnprintable((error as Error).message));
    return SysmonExit.ERROR;
  }
}

/** `-y`: the rules as `-c` shows them. */
function writeRules(path: string, config: Config): number {
  try {
    createFile(path, new TextEncoder().encode(`${renderAsSysmon(config)}\n`));
    return SysmonExit.OK;
  } catch (error) {
    console.error(escapeUnprintable((error as Error).message));
    return SysmonExit.ERROR;
  }
}
